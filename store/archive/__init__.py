"""The archive of raw pages: WARC segments in one folder."""
