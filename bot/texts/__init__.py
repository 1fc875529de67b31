"""Every word and every keyboard: pure functions from plain data to a ``message.Message``.

Every function takes ``language`` (a Telegram code such as "de" or "pt-BR"; what there is no
catalogue for reads as English). Functions that end in ``-> str`` are *toasts*: the short note that
answers a tap. ``subscriber`` is the store's ``SubscriberRead``; ``next_at`` is the next tip's
instant (UTC) or None; ``now`` comes from the clock.

``start``      welcome(suggestions), ask_zone(suggestions), zone_candidates(typed, places, now),
               zone_unknown(typed), location_unknown(), zone_taken(zone), ask_move(zone, now),
               zone_same(zone), zone_kept(zone), ask_hour(zone, now),
               ask_typed_hour(), hour_unknown(typed), done(subscriber, next_at, now),
               known(subscriber, next_at, now), returned(subscriber, next_at, now), finish_first()
``hours``      read_hour(typed) -> minute | None
``tip``        render(tip, library, vote=, saved=), buttons(tip, vote=, saved=), why(tip, library),
               thanks(vote) -> str, kept(on=) -> str, drop_theme(theme, library),
               theme_dropped(theme, library), theme_kept(theme, library), none_fits(), withdrawn(),
               saved(tips, number, pages)
``settings``   view(name, subscriber, library, next_at, now), overview(subscriber, library,
next_at, now),
               changed() -> str, keep_one_day() -> str, keep_one_theme() -> str
``pause``      paused(subscriber, next_at, now), not_on(subscriber), how_long(),
               resumed(subscriber, next_at, now), stopped()
``faq``        topics(counts, library, number), topic(slug, answers, library, number),
               answer(found, library, near, vote=), unsure(candidates), none(nearest, library),
               urgent(advice, library), gone(), not_asked(near), thanks(vote) -> str
``privacy``    CONSENT_VERSION, privacy(), forget_ask(), forgotten(), forget_kept(),
               nothing_stored(), export_caption()
``help``       help_message(admin=)
``broadcast``  how_to(), cannot_copy(), nobody(), preview(id, audience, seconds, stars),
               ask_again(id, count, seconds, stars, in_doubt=),
               progress(id, report, seconds_left), paused(id, report, by_failures=),
               final(id, report), cancelled(), another_admins() -> str, gone()
``stats``      figures(shown)
``errors``     unknown_command(), emoji_only(), no_text(), private_only(),
               went_wrong(), slow_down(), came_late(), bad_button() -> str,
               already_done() -> str
``commands``   COMMANDS, commands_for(admin=), menu(admin=), short_description(), description()
``callbacks``  one frozen type a button kind, encode(callback), decode(data)
``catalogue``  languages(), choose(code), translator(code)
"""
