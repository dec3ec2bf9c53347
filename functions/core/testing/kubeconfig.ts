/** A CA certificate whose key was thrown away: it is well-formed, and nobody can be signed by it. */
const CA = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJoekNDQVMyZ0F3SUJBZ0lVS3EwSmZqYnpCcUtwcUZLYWlCL2lPMkoxNk53',
  'd0NnWUlLb1pJemowRUF3SXcKR0RFV01CUUdBMVVFQXd3TmF6TnpMWE5sY25abGNpMWpZVEFnRncweU5qRXhNalF4TURNek5EWmFH',
  'QTh5TVRJMgpNVEF6TVRFd016TTBObG93R0RFV01CUUdBMVVFQXd3TmF6TnpMWE5sY25abGNpMWpZVEJaTUJNR0J5cUdTTTQ5CkFn',
  'RUdDQ3FHU000OUF3RUhBMElBQkEyaHptRmk3dDluRjlsdmhsZ3RuWWdDNS9UelZyZUl3eTFHaEl4TEpkcGQKNkJxUEUzQjVjbUVE',
  'NURPQ1BOTHgxaHBQVUUweXVzUlBIZWFVQ0JJY2FONmpVekJSTUIwR0ExVWREZ1FXQkJSSQpjamN6NE1VMUc2M2R5TEJxNXE3R0Z1',
  'R1BiakFmQmdOVkhTTUVHREFXZ0JSSWNqY3o0TVUxRzYzZHlMQnE1cTdHCkZ1R1BiakFQQmdOVkhSTUJBZjhFQlRBREFRSC9NQW9H',
  'Q0NxR1NNNDlCQU1DQTBnQU1FVUNJQXBOaFZDWkhhZWUKeXRsMk9lejZCV3BvVVhpdE5oT2VwS1NRQk1QSlVXTUpBaUVBekVFdFJs',
  'WEU5cUtaQnU3QS9TZmNveFJvR25oSgpPM2FQSThKMWpYdmNVT2c9Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K',
].join('');

/** A kubeconfig of the form that k3s writes, with a token. */
export function testKubeconfig(server = 'https://127.0.0.1:6443'): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: default
  cluster:
    certificate-authority-data: ${CA}
    server: ${server}
contexts:
- name: default
  context: { cluster: default, user: default }
current-context: default
preferences: {}
users:
- name: default
  user:
    token: deployer-token-0123456789abcdef
`;
}
