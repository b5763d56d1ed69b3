CREATE TABLE public.bucket (
  name varchar NOT NULL,
  policy json,
  created_at timestamp,
  tags json,
  region varchar NOT NULL DEFAULT public.default_aws_region(),
  CONSTRAINT "PK_7bd6e5be634c7e3eb1f2474047a" PRIMARY KEY (name),
  CONSTRAINT uq_bucket_name_region UNIQUE (name, region),
  CONSTRAINT "FK_853de0389dae8e56caece1fa5da"
    FOREIGN KEY (region) REFERENCES public.aws_regions (region)
);

CREATE TABLE public.bucket_website (
  index_document varchar NOT NULL,
  error_document varchar,
  bucket_name varchar NOT NULL,
  CONSTRAINT "PK_450a65ad6132813c9ca2676436c" PRIMARY KEY (bucket_name),
  CONSTRAINT "FK_450a65ad6132813c9ca2676436c"
    FOREIGN KEY (bucket_name) REFERENCES public.bucket (name) ON DELETE CASCADE
);

-- One row for a key of a bucket: the region follows from the bucket, whose name is unique.
CREATE TABLE public.bucket_object (
  id serial NOT NULL,
  key varchar NOT NULL,
  bucket_name varchar NOT NULL,
  region varchar NOT NULL DEFAULT public.default_aws_region(),
  e_tag varchar,
  content text,
  content_type varchar,
  CONSTRAINT "PK_6f1581372c9408fae61030e1d55" PRIMARY KEY (id),
  CONSTRAINT uq_bucketobject_bucket_name_key_region UNIQUE (bucket_name, key, region),
  CONSTRAINT "FK_17d5255cf02bdc352a134b7b8cc"
    FOREIGN KEY (bucket_name, region) REFERENCES public.bucket (name, region),
  CONSTRAINT "FK_b5dc0fceb794ba8bd6d46075e89"
    FOREIGN KEY (region) REFERENCES public.aws_regions (region)
);

CREATE TABLE public.public_access_block (
  block_public_acls boolean NOT NULL DEFAULT true,
  ignore_public_acls boolean NOT NULL DEFAULT true,
  block_public_policy boolean NOT NULL DEFAULT true,
  restrict_public_buckets boolean NOT NULL DEFAULT true,
  bucket_name varchar NOT NULL,
  CONSTRAINT "PK_d6fdac79c8d56cc6639b56923fe" PRIMARY KEY (bucket_name),
  CONSTRAINT "FK_d6fdac79c8d56cc6639b56923fe"
    FOREIGN KEY (bucket_name) REFERENCES public.bucket (name) ON DELETE CASCADE
);

CREATE FUNCTION public.block_s3_primary_key_update() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the name and the region of bucket "%" cannot be changed', OLD.name
    USING HINT = 'Insert a bucket with the new name or region and delete this one.';
END
$$;

CREATE TRIGGER block_s3_primary_key_update BEFORE UPDATE ON public.bucket
FOR EACH ROW
WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.region IS DISTINCT FROM NEW.region)
EXECUTE FUNCTION public.block_s3_primary_key_update();

CREATE FUNCTION public.block_s3_object_primary_key_update() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the key, the bucket and the region of object "%" cannot be changed', OLD.key
    USING HINT = 'Insert an object with the new key or bucket and delete this one.';
END
$$;

CREATE TRIGGER block_s3_object_primary_key_update BEFORE UPDATE ON public.bucket_object
FOR EACH ROW
WHEN (OLD.bucket_name IS DISTINCT FROM NEW.bucket_name
  OR OLD.region IS DISTINCT FROM NEW.region
  OR OLD.key IS DISTINCT FROM NEW.key)
EXECUTE FUNCTION public.block_s3_object_primary_key_update();

-- An object lives where its bucket lives; the column's default is right by chance only.
CREATE FUNCTION public.s3_object_region_of_bucket() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.region := coalesce(
    (SELECT b.region FROM public.bucket b WHERE b.name = NEW.bucket_name), NEW.region);
  RETURN NEW;
END
$$;

CREATE TRIGGER s3_object_region_of_bucket BEFORE INSERT ON public.bucket_object
FOR EACH ROW EXECUTE FUNCTION public.s3_object_region_of_bucket();

-- Regions opened before 2014 have a dash before their name, all later ones a period: AWS General
-- Reference, "Amazon Simple Storage Service endpoints and quotas", website endpoints.
CREATE FUNCTION public.get_bucket_website_endpoint(bucket_name text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT b.name || '.s3-website'
    || CASE
         WHEN b.region IN (
           'us-east-1', 'us-west-1', 'us-west-2', 'us-gov-west-1', 'eu-west-1', 'sa-east-1',
           'ap-northeast-1', 'ap-southeast-1', 'ap-southeast-2')
         THEN '-'
         ELSE '.'
       END
    || b.region || '.amazonaws.com'
    || CASE WHEN b.region LIKE 'cn-%' THEN '.cn' ELSE '' END
  FROM public.bucket b
  WHERE b.name = get_bucket_website_endpoint.bucket_name
$$;

CREATE FUNCTION public.s3_upload_object(
  bucket_name varchar, bucket_key varchar, file_content varchar, content_type varchar)
RETURNS TABLE (bucket varchar, key varchar, status varchar, response_message varchar)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  bucket_region varchar;
BEGIN
  IF coalesce(s3_upload_object.bucket_name, '') = ''
    OR coalesce(s3_upload_object.bucket_key, '') = ''
    OR coalesce(s3_upload_object.file_content, '') = ''
    OR coalesce(s3_upload_object.content_type, '') = ''
  THEN
    RAISE EXCEPTION 'bucket_name, bucket_key, file_content and content_type must not be empty'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;

  SELECT b.region INTO bucket_region
  FROM public.bucket b WHERE b.name = s3_upload_object.bucket_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'bucket "%" does not exist', s3_upload_object.bucket_name
      USING ERRCODE = 'foreign_key_violation', HINT = 'Insert it into table bucket first.';
  END IF;

  IF NOT EXISTS (
    SELECT FROM public.aws_regions r WHERE r.region = bucket_region AND r.is_enabled)
  THEN
    RETURN QUERY SELECT
      s3_upload_object.bucket_name, s3_upload_object.bucket_key, 'KO'::varchar,
      format('Region %s of the bucket is not enabled in aws_regions', bucket_region)::varchar;
    RETURN;
  END IF;

  INSERT INTO public.bucket_object AS o (key, bucket_name, region, content, content_type)
  VALUES (
    s3_upload_object.bucket_key, s3_upload_object.bucket_name, bucket_region,
    s3_upload_object.file_content, s3_upload_object.content_type)
  ON CONFLICT ON CONSTRAINT uq_bucketobject_bucket_name_key_region DO UPDATE
  SET content = excluded.content, content_type = excluded.content_type;

  RETURN QUERY SELECT
    s3_upload_object.bucket_name, s3_upload_object.bucket_key, 'OK'::varchar,
    'Bucket content will be updated with the commit'::varchar;
END
$$;

COMMENT ON FUNCTION public.get_bucket_website_endpoint(text) IS
  '{"description": "Host name of a bucket''s website, NULL for an unknown bucket", "sample_usage": "SELECT get_bucket_website_endpoint(''acme-assets'')"}';
COMMENT ON FUNCTION public.s3_upload_object(varchar, varchar, varchar, varchar) IS
  '{"description": "Stores a text as an object of a bucket, in place of what the object held", "sample_usage": "SELECT * FROM s3_upload_object(''acme-assets'', ''index.html'', ''<h1>Hello</h1>'', ''text/html'')"}';
