"""Consultations judged on Apache Spark: spark-submit judge_on_spark.py TABLE QUERY OUT [TABLE QUERY OUT ...]

TABLE is a Parquet file or folder (docs/audit.md has the columns) of one pathway, QUERY a file with the text that a plan gives (docs/audit-engines.md),
over the view ``consultations``; OUT is the folder that the columns are written to, as Parquet. Needs pyspark and nothing of ours.
"""

import sys
from pathlib import Path

from pyspark.sql import SparkSession


def main(arguments):
    """Run each query over its table."""
    if not arguments or len(arguments) % 3:
        sys.exit(__doc__)
    spark = SparkSession.builder.appName("consultations judged").getOrCreate()
    for table, query, out in zip(*(arguments[at::3] for at in range(3)), strict=True):
        spark.read.parquet(table).createOrReplaceTempView("consultations")
        spark.sql(Path(query).read_text(encoding="utf-8")).write.mode("overwrite").parquet(out)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
