# What people type: make help, deps, check, lint, fuzz, bench, demo, install.

.PHONY: help deps check lint layers fuzz bench demo install clean

help:
	@sed -n 's/^#: //p' $(MAKEFILE_LIST)

clean:
	rm -rf build build-*
