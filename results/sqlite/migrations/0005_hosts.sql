-- The comments within stay in the schema of the file. Where both are NULL, the checksums are those of format 4.
ALTER TABLE runs ADD COLUMN hosts TEXT /* JSON: [{name, version, environment, calibrations}], the hosts that trials ran on, by name; NULL: runner's own machine alone */ DEFAULT NULL;
ALTER TABLE trials ADD COLUMN hosts TEXT /* JSON: the host of each worker, or one for all of them; NULL: runner's own machine */ DEFAULT NULL;
