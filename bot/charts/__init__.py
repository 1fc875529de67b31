"""Pictures of figures: data and words in, PNG out; knows neither Telegram nor the database."""
