import math
import os

import pytest

from workedpapers.parallel import in_parallel


def process_of(_: int) -> int:
    return os.getpid()


def test_answers_come_in_the_order_of_the_items() -> None:
    items = [49.0, 4.0, 25.0, 0.0]
    assert in_parallel(math.sqrt, iter(items), desc="roots", workers=2) == [7, 2, 5, 0]
    assert in_parallel(math.sqrt, [], desc="roots") == []


def test_the_work_is_done_elsewhere() -> None:
    assert os.getpid() not in in_parallel(process_of, range(3), desc="processes", workers=1)


def test_an_error_of_the_work_is_raised() -> None:
    with pytest.raises(ValueError, match="math domain error"):
        in_parallel(math.sqrt, [1.0, -1.0], desc="roots", workers=1)


@pytest.mark.parametrize(("workers", "error"), [(0, ValueError), (1.5, TypeError)])
def test_the_number_of_processes_is_checked(workers: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="workers: expected"):
        in_parallel(math.sqrt, [1.0], desc="roots", workers=workers)  # type: ignore[arg-type]
