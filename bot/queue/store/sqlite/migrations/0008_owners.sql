-- A person's jobs are sorted when somebody looks: with ids in the index each person had pages of
-- their own in every commit.
DROP INDEX job_owner;
CREATE INDEX job_owner ON job (owner) WHERE owner IS NOT NULL;
