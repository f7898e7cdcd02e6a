-- The comments within stay in the schema of the file. Where both are NULL, the checksum of a run is that of format 3.
ALTER TABLE runs ADD COLUMN refs TEXT /* JSON: [{since, run, how}], the stored runs that it is compared with; NULL: none */ DEFAULT NULL;
ALTER TABLE runs ADD COLUMN code TEXT /* JSON: [{workload, path, digest, text}], what its workloads are made of; NULL: not known */ DEFAULT NULL;

CREATE TABLE tags (
  -- Names that people gave to runs. A name stands for one run of each experiment at most.
  name       TEXT NOT NULL,
  experiment TEXT NOT NULL, -- that of the run
  run        INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  checksum   INTEGER,       -- of the columns before it: see checksum.go
  PRIMARY KEY (name, experiment)
) STRICT, WITHOUT ROWID;
