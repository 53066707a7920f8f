"""Parquet as the pack has it: zstd, GeoParquet metadata, one file under 6 MB."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

LEVEL = 19


def write_frame(frame: pd.DataFrame, file: Path, sorted_column: str | None = None) -> None:
    """`sorted_column`: text that is sorted, stored as what differs from the row before."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    encoding = {sorted_column: "DELTA_BYTE_ARRAY"} if sorted_column else None
    pq.write_table(
        table, file, compression="zstd", compression_level=LEVEL, use_dictionary=False, column_encoding=encoding
    )


def write_geometry(frame: gpd.GeoDataFrame, file: Path) -> None:
    """GeoParquet, WKB, EPSG:4326."""
    frame.to_parquet(
        file,
        index=False,
        compression="zstd",
        compression_level=LEVEL,
        use_dictionary=["level", "code"],
        write_statistics=False,
    )
