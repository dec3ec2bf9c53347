import { expect, test } from 'vitest';
import { renderWithPlaces } from './render.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const pinned = `ghcr.io/acme/shop@${digest}`;

/** The notes on the text below a Deployment of the app that has nothing to be noted. */
function notesOn(text: string): string[] {
  const app = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  template:
    spec:
      containers: [{ name: shop, image: 'GHCR.IO:443/acme/shop:latest' }]
`;
  return renderWithPlaces({
    files: new Map([
      ['base/app.yaml', app],
      ['base/more.yaml', text],
    ]),
    overlay: 'base',
    image: { name: 'ghcr.io/acme/shop', pinned },
    release: { id: 'r', revision: 'c0ffee', environment: 'production', app: 'shop' },
  }).notes;
}

const head = (kind: string, more = ''): string => `kind: ${kind}\nmetadata: { name: a${more} }\n`;
const pod = (spec: string): string => `apiVersion: v1\n${head('Pod')}spec: ${spec}\n`;
const unpinned = (image: string, users: string): string =>
  `Image ${image} has no digest, and no verdict covers it: ${users}.`;

test.each<[string, string, string[]]>([
  ['a tag', pod('{ containers: [{ name: web, image: "nginx:1" }] }'), [unpinned('nginx:1', 'container web of Pod default/a (k8s/base/more.yaml:4)')]],
  ['no tag', pod('{ initContainers: [{ name: wait, image: busybox }] }'), [unpinned('busybox', 'init container wait of Pod default/a (k8s/base/more.yaml:4)')]],
  ['another repository of the same registry', pod('{ ephemeralContainers: [{ name: look, image: "ghcr.io/acme/tools:1" }] }'), [unpinned('ghcr.io/acme/tools:1', 'ephemeral container look of Pod default/a (k8s/base/more.yaml:4)')]],
  ['an image volume', pod('{ containers: [], volumes: [{ name: data, image: { reference: "acme/data:1" } }] }'), [unpinned('acme/data:1', 'image volume data of Pod default/a (k8s/base/more.yaml:4)')]],
  ['an image by its ID, which is no digest of a registry', pod(`{ containers: [{ name: web, image: "${digest}" }] }`), [unpinned(digest, 'container web of Pod default/a (k8s/base/more.yaml:4)')]],
  ['a digest', pod(`{ containers: [{ name: web, image: "nginx:1@${digest}" }] }`), []],
  ['the app’s image', pod('{ containers: [{ name: web, image: "ghcr.io/acme/shop:old" }] }'), []],
  ['a hook', `apiVersion: batch/v1\nkind: Job\nmetadata: { name: a, annotations: { hawser.dev/hook: pre-deploy } }\nspec: { template: { spec: { containers: [{ name: sql, image: "psql:1" }] } } }\n`, [unpinned('psql:1', 'container sql of Job default/a (k8s/base/more.yaml:4)')]],
  ['a CronJob', `apiVersion: batch/v1\n${head('CronJob')}spec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n            - { name: sql, image: "psql:1" }\n`, [unpinned('psql:1', 'container sql of CronJob default/a (k8s/base/more.yaml:10)')]],
  ['several users of one image', pod('{ containers: [{ name: a, image: "x:1" }, { name: b, image: "x:1" }, { name: c, image: "y:1" }, { name: d, image: "x:1" }, { name: e, image: "x:1" }, { name: f, image: "x:1" }] }'), [
    unpinned('x:1', ['a', 'b', 'd'].map((name) => `container ${name} of Pod default/a (k8s/base/more.yaml:4)`).join(', ') + ' and 2 more'),
    unpinned('y:1', 'container c of Pod default/a (k8s/base/more.yaml:4)'),
  ]],
  ['a custom kind with its own container', `apiVersion: argoproj.io/v1alpha1\n${head('Workflow')}spec:\n  templates:\n    - container:\n        image: GHCR.io/acme/shop:1\n`, [
    'k8s/base/more.yaml:7: spec.templates[0].container.image: Workflow default/a names the app\'s image in a field that is applied as it is, not pinned.',
  ]],
  ['a custom kind that puts its image together', `apiVersion: example.com/v1\n${head('Shop')}spec:\n  image: { repository: ghcr.io/acme/shop, tag: "1" }\n`, [
    'k8s/base/more.yaml:5: spec.image.repository: Shop default/a names the app\'s image in a field that is applied as it is, not pinned.',
  ]],
  ['a custom kind with another digest than the accepted one', `apiVersion: example.com/v1\n${head('Shop')}spec:\n  workerImage: ghcr.io/acme/shop@sha256:${'cd'.repeat(32)}\n`, [
    'k8s/base/more.yaml:5: spec.workerImage: Shop default/a names the app\'s image in a field that is applied as it is, not pinned.',
  ]],
  ['a custom kind with the accepted digest', `apiVersion: example.com/v1\n${head('Shop')}spec:\n  image: ${pinned}\n`, []],
  ['a custom kind with an image of others', `apiVersion: example.com/v1\n${head('Shop')}spec:\n  image: nginx:1\n`, []],
  ['text that only looks like it', `apiVersion: v1\n${head('ConfigMap')}data:\n  IMAGE: ghcr.io/acme/shop:1\n  images: ghcr.io/acme/shop:1\n`, []],
])('the notes on %s', (_, text, notes) => {
  expect(notesOn(text)).toEqual(notes);
}); // prettier-ignore

test('a value of a Secret stays unsaid', () => {
  const [note, ...others] = notesOn(
    `apiVersion: v1\n${head('Secret')}stringData:\n  image: ghcr.io/acme/shop:not-said\n`,
  );
  expect(others).toEqual([]);
  expect(note).toMatch(/^k8s\/base\/more\.yaml:5: stringData\.image: Secret default\/a names the app's image/);
  expect(note).not.toContain('not-said');
});
