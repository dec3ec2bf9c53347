import { expect, test } from 'vitest';
import { sumOf } from './requests.ts';

test('counts what is asked from outside, discovery and dry-runs too, and not what the API server does by itself', () => {
  const line = (labels: string, count: string): string => `apiserver_request_total{${labels}} ${count}`;
  const metrics = [
    '# TYPE apiserver_request_total counter',
    line('code="200",dry_run="",resource="configmaps",verb="LIST"', '3'),
    line('code="201",dry_run="All",resource="configmaps",verb="APPLY"', '1e+02'),
    line('code="200",dry_run="",resource="",subresource="/apis",verb="GET"', '2'),
    line('code="200",dry_run="",resource="leases",verb="UPDATE"', '999'),
    'apiserver_request_duration_seconds_count{resource="configmaps"} 7',
  ].join('\n');
  expect(sumOf(metrics)).toBe(105);
});
