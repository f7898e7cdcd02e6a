-- The comments within stay in the schema of the file. A row that was stored before this format has no checksum.
ALTER TABLE runs ADD COLUMN resumed TEXT /* JSON: [{at, trials, environment}], when the run was taken up again; NULL: never */ DEFAULT NULL;
ALTER TABLE runs ADD COLUMN checksum INTEGER /* of the columns before it but number: see checksum.go */ DEFAULT NULL;
ALTER TABLE cells ADD COLUMN checksum INTEGER /* of the columns before it: see checksum.go */ DEFAULT NULL;
ALTER TABLE trials ADD COLUMN checksum INTEGER /* of all other columns but trial: see checksum.go */ DEFAULT NULL;
ALTER TABLE verdicts ADD COLUMN checksum INTEGER /* of the columns before it: see checksum.go */ DEFAULT NULL;
