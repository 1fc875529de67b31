"""The embedded Telegram: a small, strict Bot API server with a control API, for demo and tests.

Where it knowingly differs from Telegram:

- Lengths are counted in UTF-16 units; Telegram may count characters and so allow more.
- HTML is the only parse mode; text with another one is refused.
- Files at an HTTP address are not fetched, so the page cannot show them. Users record WAV files.
- Videos, stickers and the like are answered plausibly and named on the page, but not drawn.
- Whole numbers, Booleans and objects of the wrong type are refused; Telegram often passes over
  them. Parameters it does not know are passed over as there, and named in the call log.
- A webhook may have a plain HTTP address, and failed posts are repeated within seconds.
- A tap can be answered for a minute of the sandbox's clock.
- Faults without a method never meet getUpdates, which comes at moments nobody chose.
"""
