-- Its times are kept but do not count. The comment within stays in the schema of the file.
ALTER TABLE trials ADD COLUMN contaminated TEXT /* what else took part of the machine meanwhile; NULL: nothing, as far as can be told */ DEFAULT NULL;

DROP VIEW v_speedup;
DROP VIEW v_cells;

CREATE VIEW v_cells AS
  -- A row for each cell of each run. Only trials count that are ok and neither warm-up nor control nor contaminated: n of
  -- them, and the least and the median of their total time in seconds (NULL where n is 0). bad: all trials that are not
  -- ok. contaminated: those that would count, had they not shared the machine.
  -- Example: SELECT key, n, median_s FROM v_cells WHERE run_id = '…' ORDER BY median_s;
  WITH sample AS (
    SELECT run, cell, total_ns,
      row_number() OVER (PARTITION BY run, cell ORDER BY total_ns) AS place,
      count(*) OVER (PARTITION BY run, cell) AS n
    FROM trials WHERE status = 'ok' AND NOT warmup AND NOT control AND contaminated IS NULL
  ), middle AS (
    SELECT run, cell, n, min(total_ns) AS least,
      avg(CASE WHEN place IN ((n + 1) / 2, (n + 2) / 2) THEN total_ns END) AS median
    FROM sample GROUP BY run, cell
  ), trouble AS (
    SELECT run, cell, count(*) AS bad FROM trials WHERE status <> 'ok' GROUP BY run, cell
  ), shared AS (
    SELECT run, cell, count(*) AS contaminated
    FROM trials WHERE status = 'ok' AND NOT warmup AND NOT control AND contaminated IS NOT NULL GROUP BY run, cell
  )
  SELECT runs.id AS run_id, runs.experiment, cells.cell, cells.workload, cells.key, cells.identity, cells.baseline,
    coalesce(middle.n, 0) AS n, coalesce(trouble.bad, 0) AS bad,
    middle.least / 1e9 AS min_s, middle.median / 1e9 AS median_s,
    coalesce(shared.contaminated, 0) AS contaminated
  FROM cells JOIN runs ON runs.number = cells.run
    LEFT JOIN middle ON middle.run = cells.run AND middle.cell = cells.cell
    LEFT JOIN trouble ON trouble.run = cells.run AND trouble.cell = cells.cell
    LEFT JOIN shared ON shared.run = cells.run AND shared.cell = cells.cell;

CREATE VIEW v_speedup AS
  -- A row for each cell that has a baseline: median time of the baseline / of this cell. It is the plain ratio, without
  -- an interval; what was judged is in verdicts.
  SELECT c.run_id, c.experiment, c.workload, c.key, b.key AS baseline_key, c.n, c.median_s,
    b.median_s AS baseline_s, b.median_s / c.median_s AS speedup
  FROM v_cells c JOIN v_cells b ON b.run_id = c.run_id AND b.cell = c.baseline;
