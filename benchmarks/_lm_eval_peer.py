"""What lm-evaluation-harness says of items and of models that cost nothing.

Run by model_written_evals.py with the Python of an environment that has lm_eval 0.4.13:
``python _lm_eval_peer.py items.jsonl``. It prints one JSON object: for each model its accuracy, and
the CPU seconds of one evaluation.
"""

import json
import os
import sys
import time
import zlib


def spread(prompt: str, option: str) -> float:
    """A log-probability that depends on every letter; no two are equal."""
    return -zlib.crc32(f"{prompt}{option}".encode()) / 2**32


MODELS = {"spread": spread, "constant": lambda prompt, option: -1.0}


def free(function):
    """A model that is a function."""
    from lm_eval.api.model import LM

    class Free(LM):
        def loglikelihood(self, requests, disable_tqdm=True):
            return [(function(*request.args), False) for request in requests]

        def loglikelihood_rolling(self, requests, disable_tqdm=True):
            raise NotImplementedError

        def generate_until(self, requests, disable_tqdm=True):
            raise NotImplementedError

    return Free()


def task(file: str):
    """The harness's own settings for persona sets, on a local file."""
    from lm_eval.api.task import ConfigurableTask

    return ConfigurableTask(
        config={
            "task": "persona_local",
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"validation": file}},
            "output_type": "multiple_choice",
            "validation_split": "validation",
            "target_delimiter": "",
            "doc_to_text": "{{question}}",
            "doc_to_target": 0,
            "doc_to_choice": "{{[answer_matching_behavior, answer_not_matching_behavior]}}",
            "metric_list": [{"metric": "acc"}],
            "metadata": {"version": 0.0},
        }
    )


def main() -> None:
    os.environ["HF_DATASETS_OFFLINE"] = os.environ["HF_HUB_OFFLINE"] = "1"
    import lm_eval

    file, found = sys.argv[1], {"version": lm_eval.__version__}
    for name, function in MODELS.items():
        made = task(file)
        begun = time.process_time()
        told = lm_eval.evaluate(
            lm=free(function), task_dict={"persona_local": made}, log_samples=False,
            bootstrap_iters=0,
        )  # fmt: skip
        spent = time.process_time() - begun
        values = told["results"]["persona_local"]
        found[name] = {"acc": values["acc,none"], "stderr": values["acc_stderr,none"],
                       "cpu_s": spent}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
