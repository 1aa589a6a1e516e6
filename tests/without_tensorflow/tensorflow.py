"""Found first by engines that train nothing: see tests/__init__.py."""
