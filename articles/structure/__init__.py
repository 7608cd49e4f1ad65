"""What the paragraphs of a text are, as its page marked them: headings, items, quotes, rows; as records, and as Markdown."""
