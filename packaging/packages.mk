# What users install; all goes into dist/. The same commit, constraints and Debian give the same bytes (packaging/prove-reproducible).
#     make deb rpm run-installer     for Linux, from a PyInstaller bundle (a Debian 12 to build on: its glibc is the oldest that will do)
#     make wheel sbom                the wheel and the sdist; the list of the bundle's parts
#     make release                   all of it and SHA256SUMS
# How each is proved: ARCHITECTURE.md, "Packages".

VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' npsgui/__init__.py)
SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),315532800)
export SOURCE_DATE_EPOCH
export PYTHONHASHSEED := 0

RELEASE_VENV := .venv-release
TOOLS := .venv-tools
PIP := -m pip install -q --disable-pip-version-check -c packaging/constraints.txt
BUNDLE := build/bundle/npsgui/npsgui
TREE := build/tree/usr/bin/npsgui

.PHONY: bundle deb rpm run-installer wheel sbom release

# What goes into a bundle, and nothing else, so that the SBOM of this environment is the bundle's.
$(RELEASE_VENV)/.made: pyproject.toml packaging/constraints.txt
	@PYTHON=$(PYTHON) packaging/system-packages package
	@$(PYTHON) -m venv --clear $(RELEASE_VENV)
	@$(RELEASE_VENV)/bin/python $(PIP) "pip>=25.1"
	@$(RELEASE_VENV)/bin/python $(PIP) -e . --group bundle
	@touch $@

$(TOOLS)/.made: pyproject.toml packaging/constraints.txt
	@PYTHON=$(PYTHON) packaging/system-packages package
	@$(PYTHON) -m venv --clear $(TOOLS)
	@$(TOOLS)/bin/python $(PIP) "pip>=25.1"
	@$(TOOLS)/bin/python $(PIP) --group release
	@touch $@

$(BUNDLE): $(RELEASE_VENV)/.made packaging/npsgui.spec packaging/bundle $(shell find npsgui resources -type f -not -name '*.pyc')
	@packaging/bundle $(RELEASE_VENV)/bin/python

$(TREE): $(BUNDLE) $(wildcard packaging/linux/*) README.md CHANGELOG.md LICENSE
	@packaging/linux/tree $(RELEASE_VENV)/bin/python $(VERSION)

bundle: $(BUNDLE)

deb: $(TREE)
	@packaging/linux/deb $(VERSION)

rpm: $(TREE) $(TOOLS)/.made
	@mkdir -p dist
	@VERSION=$(VERSION) ARCH=$(shell dpkg --print-architecture) $(TOOLS)/bin/nfpm package -f packaging/linux/nfpm.yaml -p rpm -t dist/

run-installer: $(TREE)
	@packaging/linux/run-installer $(VERSION) dist/npsgui-$(VERSION)-$(shell uname -m).run

wheel: $(TOOLS)/.made
	@$(TOOLS)/bin/python -m build --no-isolation -o dist

sbom: $(BUNDLE) $(TOOLS)/.made
	@mkdir -p dist
	@PYTHONPATH=. $(RELEASE_VENV)/bin/python packaging/linux/sbom.py build/bundle/npsgui dist/npsgui-$(VERSION).cdx.json
	@$(TOOLS)/bin/python packaging/check-sbom dist/npsgui-$(VERSION).cdx.json

release:
	@rm -rf dist
	@$(MAKE) --no-print-directory wheel deb rpm run-installer sbom
	@cd dist && sha256sum * >SHA256SUMS && cat SHA256SUMS
