// What the page knows now.

export const state = {
  people: [], chosen: null, topic: 0, bot: null, chat: null, messages: [], unread: new Map(), atEnd: true,
};

export const person = (id = state.chosen) => state.people.find((one) => one.id === id);
export const zone = () => person()?.zone || "UTC";
export const here = () => `${state.chosen}-${state.topic}`;
