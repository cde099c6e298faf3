# make run    the application; without a display: a whole battle played and judged unattended, pictures in out/
# make test   every test; make soak: the same with the full repetition figures; make lint; make bench; make translations
# make gpu-check   the parity cases of the VLAs on this machine's accelerator
# make central   the central service with its databases and its worker on this machine, for trying out; Ctrl+C stops all
.PHONY: run demo test soak lint bench gpu-check central translations clean
PYTHON := .venv/bin/python
ON_A_DISPLAY := $(if $(DISPLAY)$(WAYLAND_DISPLAY),,xvfb-run -a -s "-screen 0 1600x1000x24")

run:
	@installer/setup.sh run
	@$(PYTHON) -m vlaarena_desktop.first_battle --out out

demo:
	@installer/setup.sh run
	@$(PYTHON) -m vlaarena_desktop.first_battle --out out --unattended

test:
	@installer/setup.sh test
	$(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS)

soak:
	@installer/setup.sh test
	VLAARENA_SOAK=1 $(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS)

lint:
	@installer/setup.sh test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-cache
	.venv/bin/mypy

bench:
	@installer/setup.sh test
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(ON_A_DISPLAY) $(PYTHON) $$bench || exit 1; done

gpu-check:
	@installer/setup.sh test
	$(PYTHON) tests/accelerator_check.py $(ARGS)

central:
	@installer/setup.sh test
	@PYTHONPATH=tests $(PYTHON) installer/central/trying.py $(ARGS)

translations:
	@installer/translations.sh

clean:
	rm -rf .venv out .mypy_cache .ruff_cache .pytest_cache
