BEGIN TRANSACTION;
CREATE TABLE entries (
	sequence INTEGER NOT NULL, 
	study_instance_uid VARCHAR NOT NULL, 
	event_type VARCHAR NOT NULL, 
	payload VARCHAR NOT NULL, 
	reader VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	previous VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	PRIMARY KEY (sequence), 
	UNIQUE (sha256)
);
INSERT INTO "entries" VALUES(1,'1.2.3','VerdictGiven','{"event":{"comment":"","finding_id":"f1","label":"","place":null,"reader":"ada","reason":null,"study_instance_uid":"1.2.3","verdict":"accepted"},"version":1}','ada','2026-11-24T10:00:00+00:00','f59a38ba36f2cfd79cd8832d0f8902ae6ef352088696a71a656e9f19f6bb2141','84d4440b12087a7cbdbd463906e8ffdcffacf1f076520e667678cb0cb2351400');
INSERT INTO "entries" VALUES(2,'1.2.3','VerdictGiven','{"event":{"comment":"","finding_id":"f2","label":"","place":null,"reader":"ben","reason":"fp_known","study_instance_uid":"1.2.3","verdict":"rejected"},"version":1}','ben','2026-11-24T10:00:00+00:00','84d4440b12087a7cbdbd463906e8ffdcffacf1f076520e667678cb0cb2351400','604204d834774a17251cf75121ce7f580f24e92f14fdf42384a64af497b34f7c');
CREATE TABLE journal_facts (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "journal_facts" VALUES('schema_version','1');
INSERT INTO "journal_facts" VALUES('journal_id','a3e3fecfd330400baca1bf30800fc8a5');
CREATE INDEX ix_entries_study_instance_uid ON entries (study_instance_uid);
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_facts_no_update BEFORE UPDATE ON journal_facts WHEN OLD.name <> 'schema_version' BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_facts_no_delete BEFORE DELETE ON journal_facts  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
COMMIT;
