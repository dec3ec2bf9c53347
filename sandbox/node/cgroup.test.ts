import { expect, test } from 'vitest';
import { cgroupRoots } from './cgroup.ts';

test('finds each hierarchy of cgroup v1', () => {
  const mounts = `proc /proc proc rw 0 0
tmpfs /sys/fs/cgroup tmpfs rw,mode=755 0 0
cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
`;
  expect(cgroupRoots(mounts)).toEqual(['cpu', 'systemd', 'unified'].map((name) => `/sys/fs/cgroup/${name}`));
});

test('finds the one hierarchy of cgroup v2', () => {
  expect(cgroupRoots('cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\ncgroup /other/place cgroup rw 0 0\n')).toEqual([
    '/sys/fs/cgroup',
  ]);
});
