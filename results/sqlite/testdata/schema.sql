CREATE TABLE runs (
  -- One execution of the runner on one experiment.
  -- Names that end in _ns are integer nanoseconds; started_ns and finished_ns count from 1970-01-01 UTC.
  number         INTEGER PRIMARY KEY,  -- what the other tables refer to
  id             TEXT NOT NULL UNIQUE, -- what people type
  experiment     TEXT NOT NULL,
  spec           TEXT NOT NULL,        -- path as given
  seed           TEXT NOT NULL,        -- of the order; decimal, below 2^64
  started_ns     INTEGER,
  finished_ns    INTEGER,              -- NULL: interrupted, or still going on
  outcome        TEXT NOT NULL,        -- '', interrupted, or the verdict word of the last judgement
  version        TEXT NOT NULL,        -- of runner
  cells          INTEGER NOT NULL,     -- how many
  options        TEXT NOT NULL,        -- JSON: what the command line changed
  environment    TEXT NOT NULL,        -- JSON: the machine before the run
  after          TEXT,                 -- JSON: the machine after the run
  sources        TEXT NOT NULL         -- JSON: [{path, text}], the spec, then what it extends
, resumed TEXT /* JSON: [{at, trials, environment}], when the run was taken up again; NULL: never */ DEFAULT NULL, checksum INTEGER /* of the columns before it but number: see checksum.go */ DEFAULT NULL, refs TEXT /* JSON: [{since, run, how}], the stored runs that it is compared with; NULL: none */ DEFAULT NULL, code TEXT /* JSON: [{workload, path, digest, text}], what its workloads are made of; NULL: not known */ DEFAULT NULL, hosts TEXT /* JSON: [{name, version, environment, calibrations}], the hosts that trials ran on, by name; NULL: runner's own machine alone */ DEFAULT NULL) STRICT;

CREATE INDEX runs_by_start ON runs (started_ns, number);

CREATE INDEX runs_by_experiment ON runs (experiment, started_ns, number);

CREATE TABLE cells (
  -- The configurations of a run, in the order of its plan.
  run      INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  cell     INTEGER NOT NULL, -- place in the plan, from 0
  workload TEXT NOT NULL,
  key      TEXT NOT NULL,    -- what reports print
  encoded  TEXT NOT NULL,    -- every name=value pair, nothing shortened
  identity TEXT NOT NULL,    -- the key without levels at their default: what history goes by
  baseline INTEGER, checksum INTEGER /* of the columns before it: see checksum.go */ DEFAULT NULL,          -- the cell it is compared with; NULL: none
  PRIMARY KEY (run, cell)
) STRICT, WITHOUT ROWID;

CREATE TABLE trials (
  -- One row for each measured execution of a cell, committed before the next one starts. An empty text is NULL.
  trial                INTEGER PRIMARY KEY,
  run                  INTEGER NOT NULL,
  cell                 INTEGER NOT NULL,
  block                INTEGER NOT NULL, -- from 0
  position             INTEGER NOT NULL, -- place in the block, from 0
  warmup               INTEGER NOT NULL, -- 1: kept, not counted
  control              INTEGER NOT NULL, -- 1: the second copy of the baseline in its block
  status               TEXT NOT NULL,    -- ok, wrong, crash, timeout, leaked, unavailable, interrupted
  workers              INTEGER NOT NULL,
  tasks                INTEGER NOT NULL,
  startup_ns           INTEGER NOT NULL, -- start of the trial's process until it is ready; before total
  spawn_ns             INTEGER NOT NULL, -- create the workers
  work_ns              INTEGER NOT NULL, -- first task handed out to last result in
  join_ns              INTEGER NOT NULL, -- until all workers are reaped
  total_ns             INTEGER NOT NULL, -- on its own clock readings
  user_ns              INTEGER NOT NULL, -- of the whole process tree, as all up to leaked
  system_ns            INTEGER NOT NULL,
  memory_bytes         INTEGER NOT NULL, -- peak
  voluntary_switches   INTEGER NOT NULL,
  involuntary_switches INTEGER NOT NULL,
  major_faults         INTEGER NOT NULL,
  minor_faults         INTEGER NOT NULL,
  leaked               INTEGER NOT NULL, -- processes that outlived the trial
  wall_ns              INTEGER NOT NULL, -- process start to reaped, on the runner's clock
  started_ns           INTEGER,
  reason               TEXT,             -- why the status is not ok
  runtime_name         TEXT,
  runtime_version      TEXT,
  runtime_gil          TEXT,
  runtime_path         TEXT,
  warnings             TEXT,             -- JSON: a list of texts
  results_digest       TEXT,             -- stands for results that were too large to keep
  result_digest        TEXT,
  stdout               TEXT,             -- the end of it
  stderr               TEXT,
  result               ANY,              -- combined; JSON, as text or (longer) as blob under zstd
  results              ANY,              -- in task order; the same
  spans                BLOB, contaminated TEXT /* what else took part of the machine meanwhile; NULL: nothing, as far as can be told */ DEFAULT NULL, checksum INTEGER /* of all other columns but trial: see checksum.go */ DEFAULT NULL, hosts TEXT /* JSON: the host of each worker, or one for all of them; NULL: runner's own machine */ DEFAULT NULL,             -- the timeline of tasks: see spans.go
  UNIQUE (run, block, position),
  FOREIGN KEY (run, cell) REFERENCES cells (run, cell) ON DELETE CASCADE
) STRICT;

CREATE TABLE counts (
  -- How many trials each run has by status, so that a list of runs need not read the trials. Triggers keep it.
  run    INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  status TEXT NOT NULL,
  trials INTEGER NOT NULL,
  PRIMARY KEY (run, status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER trial_added AFTER INSERT ON trials BEGIN
  INSERT INTO counts VALUES (new.run, new.status, 1)
    ON CONFLICT (run, status) DO UPDATE SET trials = trials + 1;
END;

CREATE TRIGGER trial_removed AFTER DELETE ON trials BEGIN
  UPDATE counts SET trials = trials - 1 WHERE run = old.run AND status = old.status;
END;

CREATE TABLE verdicts (
  -- What the last judgement of each run came to, in the order of the checks.
  run        INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  place      INTEGER NOT NULL, -- from 0
  name       TEXT NOT NULL,
  check_text TEXT NOT NULL,    -- the expression
  outcome    TEXT NOT NULL,    -- pass, fail, inconclusive, skipped, error
  level      TEXT NOT NULL,    -- error, warn
  file       TEXT NOT NULL,    -- where the check stands in the spec
  line       INTEGER NOT NULL,
  col        INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  json       TEXT NOT NULL, checksum INTEGER /* of the columns before it: see checksum.go */ DEFAULT NULL,    -- all of it, with its evidence
  PRIMARY KEY (run, place)
) STRICT;

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

CREATE TABLE tags (
  -- Names that people gave to runs. A name stands for one run of each experiment at most.
  name       TEXT NOT NULL,
  experiment TEXT NOT NULL, -- that of the run
  run        INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  checksum   INTEGER,       -- of the columns before it: see checksum.go
  PRIMARY KEY (name, experiment)
) STRICT, WITHOUT ROWID;

