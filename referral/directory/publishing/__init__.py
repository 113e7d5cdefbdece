"""The directory as others read it whole: services with their parts, page by page, and what has changed."""
