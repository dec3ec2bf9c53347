/** Media types of the OCI image and distribution specifications, and docker's for the same things. */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_EMPTY = 'application/vnd.oci.empty.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** Docker's manifests before that begin so; they have no config, and their digest is not that of their bytes. */
export const SCHEMA_1 = 'application/vnd.docker.distribution.manifest.v1';

export const INDEXES: readonly string[] = [OCI_INDEX, DOCKER_LIST];
export const MANIFESTS: readonly string[] = [OCI_MANIFEST, DOCKER_MANIFEST];

/** A registry answers with the form that is asked for, and an index only if it is among them. */
export const ACCEPT = [...INDEXES, ...MANIFESTS].join(', ');

/** Any version of a Sigstore bundle begins so; `BUNDLE` is the one that is written. */
export const ANY_BUNDLE = 'application/vnd.dev.sigstore.bundle';
export const BUNDLE = `${ANY_BUNDLE}.v0.3+json`;
/** The annotation that says of a bundle what its statement is, as actions/attest writes it. */
export const BUNDLE_PREDICATE = 'dev.sigstore.bundle.predicateType';
/** When it was made (image spec, "Annotations"). */
export const CREATED = 'org.opencontainers.image.created';
