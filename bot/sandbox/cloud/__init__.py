"""A local Tencent Cloud: the vendor's wire protocol over HTTP, and in memory what it is asked about."""
