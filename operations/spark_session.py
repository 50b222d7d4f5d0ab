"""A Spark session on this machine that talks to nobody else, keeps its files in one private folder, and leaves nothing."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from refusal import Refusal

JAVA = 17
# Where start.py puts what Spark needs. Not on the path of anything else: Great Expectations loads a pyspark it finds.
APART = Path(sys.prefix) / "spark"
LEFT, FIGURES = r"(\\.[0-9]*?)0+$", "format_string(concat('%.', figures - 1, 'e'), number)"
EXPONENT = f"cast(substring_index({FIGURES}, 'e', -1) as int)"
# What the models call by DuckDB's name and Spark has not, or has by another one.
FUNCTIONS = {
    "as_at": "as_at() returns timestamp return timestamp '{as_at}'",
    "array_length": "array_length(list array<string>) returns bigint return size(list)",
    "list_has_any": "list_has_any(one array<string>, other array<string>) returns boolean "
    "return arrays_overlap(array_compact(one), array_compact(other))",
    "short_number": "short_number(number double, figures int) returns string return case when number = 0 then '0' "
    f"when {EXPONENT} between -4 and figures - 1 then "
    f"regexp_replace(regexp_replace(format_string(concat('%.', figures - 1 - {EXPONENT}, 'f'), number), "
    rf"'{LEFT}', '$1'), '\\.$', '') "
    f"else concat(regexp_replace(regexp_replace(substring_index({FIGURES}, 'e', 1), '{LEFT}', '$1'), "
    rf"'\\.$', ''), 'e', substring_index({FIGURES}, 'e', -1)) end",
}
SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "Europe/London",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.hadoop.fs.permissions.umask-mode": "077",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    # A report leads to the one before it as often as it does: DuckDB has no end to that either.
    "spark.sql.cteRecursionLevelLimit": "-1",
    "spark.sql.cteRecursionRowLimit": "-1",
    # Plans of hundreds of branches are written out for nobody.
    "spark.sql.maxPlanStringLength": "0",
}
# Of few rows it takes longer to write and compile a program for each query than to answer it as it stands.
SMALL = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    # Each of thousands of groupings takes a page at once: of 64 MB, clearing them was a fifth of all the work.
    "spark.buffer.pageSize": "256k",
    "spark.default.parallelism": "1",
    "spark.sql.files.minPartitionNum": "1",
    "spark.shuffle.compress": "false",
    "spark.broadcast.compress": "false",
    # No sum beside each file: it is read once, by this process, and each costs a process for its permissions.
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
}
# The little compiler's own room for code, 48 MB, is full halfway, and what is thrown out is compiled again.
COMPILE_LITTLE = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m -XX:MetaspaceSize=256m -Xmn256m"
)


@dataclass(frozen=True)
class Asked:
    """Which machine or cluster, how much memory its driver may take, into how many parts rows are shuffled."""

    master: str
    memory: str = "2g"
    parts: int = 4
    is_small: bool = False

    def settings(self) -> dict[str, str]:
        """What of it is told to Spark beside what always is."""
        java = f"-Xss8m -XX:-UsePerfData {COMPILE_LITTLE if self.is_small else ''}"
        executors = re.fullmatch(r"local-cluster\[\d+,\d+,(\d+)\]", self.master)
        return {
            **(SMALL if self.is_small else {}),
            **({"spark.executor.memory": f"{executors[1]}m"} if executors else {}),
            "spark.driver.extraJavaOptions": java,
            "spark.driver.memory": self.memory,
            "spark.executor.extraJavaOptions": java,
            "spark.sql.shuffle.partitions": str(1 if self.is_small else self.parts),
        }


def check() -> None:
    """Refusal (exit 4) naming what Spark needs and is not here."""
    for name, package in (("pyspark", "pyspark"), ("dbt.adapters.spark", "dbt-spark")):
        if not _is_here(name):
            raise Refusal(f"Spark needs the package {package}, which is not here. See docs/scaling.md.", 4)
    java = _java()
    if java is None:
        raise Refusal(f"Spark needs Java {JAVA} or later, and there is no java. See docs/scaling.md.", 4)
    told = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < JAVA:
        raise Refusal(
            f"Spark needs Java {JAVA} or later; {java} is {version[1] if version else 'not one'}.", 4
        )


def _is_here(name: str) -> bool:
    if APART.joinpath(*name.split("."), "__init__.py").exists():
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def reach() -> None:
    """From now on this process finds the packages that stand apart, after all others."""
    if APART.is_dir() and str(APART) not in sys.path:
        sys.path.append(str(APART))


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which(Path(home) / "bin" / "java") if home else shutil.which("java")


@contextlib.contextmanager
def session(folder: Path, asked: Asked, as_at: str) -> Iterator:
    """The one session of this process, until the end; whatever it writes of itself is below `folder`."""
    from pyspark.sql import SparkSession

    heard = signal.getsignal(signal.SIGINT)
    with _surroundings(folder, asked), _unheard():
        spark = SparkSession.builder.master(asked.master).appName("warehouse").getOrCreate()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, heard)  # pyspark puts its own in the place of who hears Ctrl-C
    try:
        for text in FUNCTIONS.values():
            spark.sql("create temporary function " + text.format(as_at=as_at))
        yield spark
    finally:
        gateway = spark.sparkContext._gateway
        spark.stop()
        _end(gateway)


def _end(gateway) -> None:
    """Pyspark would leave its Java process running until this one ends."""
    from pyspark import SparkContext

    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=30)
    SparkContext._gateway = SparkContext._jvm = None


@contextlib.contextmanager
def _surroundings(folder: Path, asked: Asked) -> Iterator[None]:
    """What the Java process reads when it starts: settings of ours alone, in files nobody else may read."""
    import pyspark

    home, conf, temporary = (folder / name for name in ("spark", "conf", "tmp"))
    for made in (home, conf, temporary):
        made.mkdir()
    for part in ("bin", "sbin", "jars"):  # the workers of a local cluster write beside them
        (home / part).symlink_to(Path(pyspark.__file__).parent / part, target_is_directory=True)
    told = {
        **SETTINGS,
        **asked.settings(),
        "spark.authenticate.secret": secrets.token_hex(32),
        "spark.local.dir": str(temporary),
        "spark.sql.warehouse.dir": (folder / "tables").as_uri(),
    }
    told["spark.driver.extraJavaOptions"] += f" -Djava.io.tmpdir={temporary}"
    (conf / "spark-defaults.conf").write_text("".join(f"{k} {v}\n" for k, v in told.items()), "utf-8")
    (conf / "log4j2.properties").write_text("rootLogger.level = off\n", "ascii")
    ours = {
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "127.0.0.1",
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """A process started here has nowhere to print to: an error of Spark's quotes the value it could not take."""
    kept, nowhere = [os.dup(1), os.dup(2)], os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        for number, was in enumerate(kept, 1):
            os.dup2(was, number)
            os.close(was)
        os.close(nowhere)
