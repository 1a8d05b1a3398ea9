-- A store of version 2 as SQL (sqlite3 .dump), with the two numbers of the file's header that a dump leaves out.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    name TEXT NOT NULL,
    description TEXT NOT NULL
) STRICT;
INSERT INTO device VALUES(1,'host','Host','{"id":"host","name":"Host","vendor":"v","kind":"cpu","units":0,"clock_hz":0.0,"peak_flops":{},"memory_bytes":0.0,"memory_bandwidth_bytes_per_s":0.0,"caches":[],"sources":[]}');
CREATE TABLE environment (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
    record TEXT NOT NULL
) STRICT;
INSERT INTO environment VALUES(1,'7bc70380bb70f734a66c659806c453e927a6b905b2176c9624a9258376071a7a','{"governor":"performance"}');
CREATE TABLE implementation (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    version TEXT NOT NULL,
    UNIQUE (name, version)
) STRICT;
INSERT INTO implementation VALUES(1,'kokkos-tiled','');
CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE CHECK (text <> ''),
    operator TEXT NOT NULL CHECK (operator <> '')
) STRICT;
INSERT INTO call VALUES(1,'gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32','gemm');
CREATE TABLE config (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    parameters TEXT NOT NULL
) STRICT;
INSERT INTO config VALUES(1,'mr=12','{"mr":12}');
CREATE TABLE campaign (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
    device_id INTEGER NOT NULL REFERENCES device (id),
    name TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted')),
    started_at TEXT NOT NULL
) STRICT;
INSERT INTO campaign VALUES(1,'campaign-1',1,'demo-1','{"seed":7}','interrupted','2026-11-21T20:00:00.000Z');
CREATE TABLE import_source (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    imported_at TEXT NOT NULL
) STRICT;
INSERT INTO import_source VALUES(1,'0000000000000000000000000000000000000000000000000000000000000000','bench.json','google-benchmark','2026-11-21T20:00:02.000Z');
CREATE TABLE measurement (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
    campaign_id INTEGER REFERENCES campaign (id),
    device_id INTEGER NOT NULL REFERENCES device (id),
    call_id INTEGER NOT NULL REFERENCES call (id),
    implementation_id INTEGER NOT NULL REFERENCES implementation (id),
    config_id INTEGER NOT NULL REFERENCES config (id),
    environment_id INTEGER REFERENCES environment (id),
    import_source_id INTEGER REFERENCES import_source (id),
    cache TEXT NOT NULL CHECK (cache IN ('cold', 'warm')),
    round INTEGER NOT NULL CHECK (round >= 0),
    order_index INTEGER NOT NULL CHECK (order_index >= 0),
    seed INTEGER NOT NULL,
    taken_at TEXT NOT NULL,
    source TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ok', 'invalid', 'wrong', 'failed')),
    reason TEXT NOT NULL,
    stop TEXT NOT NULL,
    discarded INTEGER NOT NULL CHECK (discarded >= 0),
    error REAL CHECK (error >= 0),
    workspace_bytes INTEGER NOT NULL CHECK (workspace_bytes >= 0),
    energy_j REAL CHECK (energy_j > 0),
    clock_before_hz REAL CHECK (clock_before_hz > 0),
    clock_after_hz REAL CHECK (clock_after_hz > 0),
    samples BLOB NOT NULL CHECK (length(samples) = 8 * sample_count),
    sample_count INTEGER NOT NULL CHECK (sample_count >= 0),
    median_s REAL CHECK (median_s > 0),
    low_s REAL CHECK (low_s > 0 AND low_s <= median_s),
    high_s REAL CHECK (high_s >= median_s),
    min_s REAL CHECK (min_s > 0 AND min_s <= low_s),
    max_s REAL CHECK (max_s >= high_s),
    spread REAL CHECK (spread >= 0), memory_bytes_per_s REAL CHECK (memory_bytes_per_s > 0),
    CHECK (status <> 'ok' OR sample_count > 0),
    CHECK ((status = 'ok') = (median_s IS NOT NULL))
) STRICT;
INSERT INTO measurement VALUES(1,'7ca5aad9-9a19-43aa-bd66-d814ee63be99',1,1,1,1,1,1,NULL,'cold',0,0,0,'2026-11-21T20:00:01.000Z','ridge-worker-host 0.1.0','ok','','interval',0,0.5,0,0.0010000000000000000208,2000000000.0,2000000000.0,X'54e41071732ac93e8dedb5a0f7c6b03e8dedb5a0f7c6c03ef168e388b5f8d43e8dedb5a0f7c6d03e54e41071732ad93eb75f3e59315cdd3e',7,3.9999999999999998188e-06,9.9999999999999995472e-07,6.999999999999999895e-06,9.9999999999999995472e-07,6.999999999999999895e-06,0.75,51000000000.0);
INSERT INTO measurement VALUES(2,'d6cc67f3-fd83-4e29-9c5a-fd29c5f4734b',1,1,1,1,1,1,NULL,'cold',1,1,0,'2026-11-21T20:00:01.000Z','ridge-worker-host 0.1.0','failed','the worker hung','',0,NULL,0,NULL,NULL,NULL,X'',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO measurement VALUES(3,'e57f0eb3-2aaf-49db-b8b7-ce1ec5bce6e5',NULL,1,1,1,1,1,1,'warm',0,0,0,'2026-11-21T20:00:01.000Z','bench.json sha256:000000000000','ok','','interval',0,0.5,0,0.0010000000000000000208,2000000000.0,2000000000.0,X'54e41071732ac93e8dedb5a0f7c6b03e8dedb5a0f7c6c03ef168e388b5f8d43e8dedb5a0f7c6d03e54e41071732ad93eb75f3e59315cdd3e',7,3.9999999999999998188e-06,9.9999999999999995472e-07,6.999999999999999895e-06,9.9999999999999995472e-07,6.999999999999999895e-06,0.75,NULL);
CREATE TABLE roof (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
    device_id INTEGER NOT NULL REFERENCES device (id),
    environment_id INTEGER REFERENCES environment (id),
    probe TEXT NOT NULL CHECK (probe <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('compute', 'bandwidth')),
    mix TEXT NOT NULL,
    precision TEXT NOT NULL,
    level TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('core', 'socket', 'device')),
    working_set_bytes INTEGER NOT NULL CHECK (working_set_bytes >= 0),
    provenance TEXT NOT NULL CHECK (provenance IN ('measured', 'specified')),
    rate REAL NOT NULL CHECK (rate > 0),
    rate_low REAL NOT NULL CHECK (rate_low > 0 AND rate_low <= rate),
    rate_high REAL NOT NULL CHECK (rate_high >= rate),
    samples BLOB NOT NULL CHECK (length(samples) % 8 = 0),
    source TEXT NOT NULL,
    taken_at TEXT NOT NULL
) STRICT;
INSERT INTO roof VALUES(1,'f6a787e4-00a6-4d61-850a-7f89d9c8ff01',1,1,'compute fma fp32 device','compute','fma','fp32','','device',0,'measured',1000000000000.0,900000000000.0,1100000000000.0,X'000000c585316a42000000a2941a6d42000080bfd1017042','ridge-worker-host 0.1.0','2026-11-21T20:20:01.462Z');
CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
    device_id INTEGER NOT NULL REFERENCES device (id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    version INTEGER NOT NULL CHECK (version > 0),
    parameters TEXT NOT NULL,
    fitted_at TEXT NOT NULL,
    UNIQUE (device_id, kind, version)
) STRICT;
INSERT INTO model VALUES(1,'56cd3b3d-457a-4d8f-80bc-0fb47f38c22c',1,'kernel-analytical',1,'{"launch_s":1e-06}','2026-11-21T20:00:03.000Z');
CREATE TABLE model_measurement (
    model_id INTEGER NOT NULL REFERENCES model (id),
    measurement_id INTEGER NOT NULL REFERENCES measurement (id),
    PRIMARY KEY (model_id, measurement_id)
) STRICT, WITHOUT ROWID;
INSERT INTO model_measurement VALUES(1,1);
CREATE INDEX call_operator ON call (operator);
CREATE UNIQUE INDEX measurement_in_campaign ON measurement
    (campaign_id, call_id, implementation_id, config_id, cache, round) WHERE campaign_id IS NOT NULL;
CREATE UNIQUE INDEX measurement_alone ON measurement
    (source, device_id, call_id, implementation_id, config_id, cache, round) WHERE campaign_id IS NULL;
CREATE INDEX measurement_call ON measurement (call_id, device_id);
CREATE INDEX roof_device ON roof (device_id, probe);
COMMIT;
PRAGMA application_id = 1380206416;
PRAGMA user_version = 2;
