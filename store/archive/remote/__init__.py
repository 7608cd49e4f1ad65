"""Segments of the archive in a bucket of an S3 service: uploaded, verified, read by range, replaced and removed there."""
