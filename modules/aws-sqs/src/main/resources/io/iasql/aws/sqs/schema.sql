CREATE TABLE queue (
  id serial CONSTRAINT queue_pkey PRIMARY KEY,
  url varchar,
  name varchar NOT NULL,
  fifo_queue boolean NOT NULL DEFAULT false,
  visibility_timeout integer NOT NULL DEFAULT 30,
  delay_seconds integer NOT NULL DEFAULT 0,
  receive_message_wait_time_seconds integer NOT NULL DEFAULT 0,
  message_retention_period integer NOT NULL DEFAULT 345600,
  maximum_message_size integer NOT NULL DEFAULT 262144,
  policy json,
  arn varchar CONSTRAINT queue_arn_key UNIQUE,
  region varchar NOT NULL DEFAULT default_aws_region()
    CONSTRAINT queue_region_fkey REFERENCES aws_regions (region)
);
CREATE INDEX queue_name_region_idx ON queue (name, region);
COMMENT ON TABLE queue IS 'Amazon SQS queues.';
COMMENT ON COLUMN queue.url IS 'Assigned by AWS.';
COMMENT ON COLUMN queue.name IS 'At most 80 letters, digits, hyphens and underscores; ends in .fifo exactly for FIFO queues.';
COMMENT ON COLUMN queue.visibility_timeout IS 'Seconds a received message stays hidden: 0 to 43200.';
COMMENT ON COLUMN queue.delay_seconds IS 'Seconds until a new message can be received: 0 to 900.';
COMMENT ON COLUMN queue.receive_message_wait_time_seconds IS 'Seconds a receive waits for messages: 0 to 20.';
COMMENT ON COLUMN queue.message_retention_period IS 'Seconds a message is kept: 60 to 1209600.';
COMMENT ON COLUMN queue.maximum_message_size IS 'Bytes a message may have: 1024 to 1048576.';
COMMENT ON COLUMN queue.policy IS 'The queue''s access policy; NULL for none.';
COMMENT ON COLUMN queue.arn IS 'Assigned by AWS.';

CREATE FUNCTION before_queue_insert_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.fifo_queue AND right(NEW.name, 5) <> '.fifo' THEN
    RAISE EXCEPTION 'The name of a FIFO queue must end in .fifo: %', NEW.name
      USING ERRCODE = 'check_violation', HINT = 'Add .fifo to the name, or set fifo_queue to false.';
  ELSIF NOT NEW.fifo_queue AND right(NEW.name, 5) = '.fifo' THEN
    RAISE EXCEPTION 'Only the name of a FIFO queue may end in .fifo: %', NEW.name
      USING ERRCODE = 'check_violation', HINT = 'Set fifo_queue to true, or choose another name.';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER before_queue_insert_update
  BEFORE INSERT OR UPDATE ON queue
  FOR EACH ROW EXECUTE FUNCTION before_queue_insert_update();

-- A name is taken once per region. A unique constraint would have to be deferrable, as one statement may swap two names,
-- and PostgreSQL refuses INSERT ... ON CONFLICT DO NOTHING on tables with deferrable ones; hence a check after the statement.
CREATE FUNCTION queue_name_region_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  twice record;
BEGIN
  SELECT q.name, q.region INTO twice FROM public.queue q
  WHERE (q.name, q.region) IN (SELECT c.name, c.region FROM changed c)
  GROUP BY q.name, q.region HAVING count(*) > 1 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'Queue % exists twice in region %', twice.name, twice.region
      USING ERRCODE = 'unique_violation', TABLE = 'queue', CONSTRAINT = 'queue_name_region_key',
            DETAIL = format('Key (name, region)=(%s, %s) already exists.', twice.name, twice.region);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER queue_name_region_insert AFTER INSERT ON queue
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_name_region_trigger();

CREATE TRIGGER queue_name_region_update AFTER UPDATE ON queue
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION queue_name_region_trigger();
