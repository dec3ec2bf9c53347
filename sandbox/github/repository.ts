/** Where this GitHub is reached, and what it calls its web pages. */
export interface Place {
  /** Base of the REST API, without a slash at the end. */
  api: string;
  web: string;
}

export interface RepositoryIdentity {
  id: number;
  /** `owner/name` */
  fullName: string;
  defaultBranch: string;
}

export type Json = Record<string, unknown>;

/** GitHub's `simple-user`. */
export function user(place: Place, login: string, type: 'User' | 'Organization' | 'Bot' = 'User'): Json {
  // A bot's login holds brackets, which a URL must not.
  const path = encodeURIComponent(login);
  const api = `${place.api}/users/${path}`;
  return {
    login,
    id: numberFrom(`user:${login}`),
    node_id: nodeId('U', login),
    avatar_url: `https://avatars.githubusercontent.com/u/${numberFrom(`user:${login}`)}?v=4`,
    gravatar_id: '',
    url: api,
    html_url: `${place.web}/${path}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type,
    site_admin: false,
  };
}

/** Paths below the repository's own URL, as URI templates. */
const LINKS: Record<string, string> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/** GitHub's `minimal-repository`, as it stands inside workflow runs. */
export function minimalRepository(place: Place, { id, fullName }: RepositoryIdentity, fork = false): Json {
  const [owner = '', name = ''] = fullName.split('/');
  const url = `${place.api}/repos/${fullName}`;
  return {
    id,
    node_id: nodeId('R', fullName),
    name,
    full_name: fullName,
    private: true,
    owner: user(place, owner, 'Organization'),
    html_url: `${place.web}/${fullName}`,
    description: null,
    fork,
    url,
    ...Object.fromEntries(Object.entries(LINKS).map(([key, path]) => [key, url + path])),
  };
}

/** The repository as webhooks carry it. */
export function webhookRepository(place: Place, repository: RepositoryIdentity, pushedAt: string): Json {
  const { fullName, defaultBranch } = repository;
  return {
    ...minimalRepository(place, repository),
    created_at: '2026-01-05T09:00:00Z',
    updated_at: pushedAt,
    pushed_at: pushedAt,
    git_url: `git://github.com/${fullName}.git`,
    ssh_url: `git@github.com:${fullName}.git`,
    clone_url: `${place.web}/${fullName}.git`,
    svn_url: `${place.web}/${fullName}`,
    homepage: null,
    size: 128,
    stargazers_count: 0,
    watchers_count: 0,
    language: 'TypeScript',
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: 'private',
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: defaultBranch,
    custom_properties: {},
  };
}

/** A stable positive number for a name, for ids that nobody chose. */
export function numberFrom(text: string): number {
  let hash = 7;
  for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) % 2_147_483_647;
  return hash;
}

export function nodeId(prefix: string, of: string | number): string {
  return `${prefix}_${Buffer.from(String(of)).toString('base64url')}`;
}
