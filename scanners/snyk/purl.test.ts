import { describe, expect, test } from 'vitest';
import { purlOf } from './purl.ts';

describe('purlOf', () => {
  test.each([
    ['npm', 'lodash', '4.17.11', 'pkg:npm/lodash@4.17.11'],
    ['yarn', '@babel/core', '7.8.3', 'pkg:npm/%40babel/core@7.8.3'],
    ['maven', 'org.apache.ws.security:wss4j', '1.6.19', 'pkg:maven/org.apache.ws.security/wss4j@1.6.19'],
    ['gradle', 'com.acme:kit', '1.0+b', 'pkg:maven/com.acme/kit@1.0%2Bb'],
    ['pip', 'Typing_Extensions', '4.1', 'pkg:pypi/typing-extensions@4.1'],
    ['golang', 'github.com/Azure/azure-sdk', '1.2.3', 'pkg:golang/github.com/azure/azure-sdk@v1.2.3'],
    ['gomodules', 'gopkg.in/yaml.v2', 'v2.4.0', 'pkg:golang/gopkg.in/yaml.v2@v2.4.0'],
    ['nuget', 'System.Text.Json', '4.3.0', 'pkg:nuget/System.Text.Json@4.3.0'],
    ['rubygems', 'rails', '7.0.0', 'pkg:gem/rails@7.0.0'],
    ['composer', 'Symfony/Yaml', '6.0.1', 'pkg:composer/symfony/yaml@6.0.1'],
    ['debian:12', 'openssl/libssl3', '3.0.11-1~deb12u2', 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2'],
    ['debian:12', 'dpkg', '1:2.3', 'pkg:deb/debian/dpkg@1:2.3'],
    ['ubuntu:24.04', 'gcc-13/libstdc++6', '13.2', 'pkg:deb/ubuntu/libstdc%2B%2B6@13.2'],
    ['alpine:3.20', 'busybox/ssl_client', '1.36.1-r29', 'pkg:apk/alpine/ssl_client@1.36.1-r29'],
    ['rhel:9', 'openssl/openssl-libs', '1:3.0.7-27.el9', 'pkg:rpm/redhat/openssl-libs@3.0.7-27.el9'],
  ])('%s: %s %s is %s', (manager, name, version, purl) => {
    expect(purlOf({ manager, name, version })).toBe(purl);
  });

  test.each([
    ['a manager that is not known', 'Unmanaged (C/C++)', 'curl', '7.58.0'],
    ['a program without a package', 'upstream', 'node', '22.1.0'],
    ['a distribution whose namespace is not certain', 'sles:15.3', 'permissions', '20181225'],
    ['a commit of Go', 'gomodules', 'github.com/a/b', '#c2843e01d9a2'],
    ['an artifact without its group', 'maven', 'kit', '1.0.0'],
    ['no name', 'npm', '', '1.0.0'],
    ['no version', 'npm', 'lodash', ''],
    ['an empty part of a name', 'npm', '@a/', '1.0.0'],
  ])('does not guess for %s', (_, manager, name, version) => {
    expect(purlOf({ manager, name, version })).toBeUndefined();
  });
});
