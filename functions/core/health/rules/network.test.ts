import { describe } from 'vitest';
import { check, type Parts } from '../testing/check.ts';
import { condition, conditions } from '../testing/object.ts';
import { told } from '../testing/told.ts';

/** The conditions of one listener of a Gateway, or of one parent of a route. */
const listener = (...texts: string[]): Parts => ({ conditions: texts.map(condition) });

describe('certificates and gateways', () => {
  check('cert-manager.io/v1 Certificate', [
    ['issued', told('Ready=True Ready: Certificate is up to date and has not expired'), 'Healthy', 'Ready'],
    [
      'being issued',
      told('Ready=False DoesNotExist: Issuing certificate as Secret does not exist', 'Issuing=True DoesNotExist'),
      'Progressing',
      'DoesNotExist',
    ],
    ['being renewed', told('Ready=True Ready', 'Issuing=True Renewing'), 'Progressing', 'Renewing'],
    [
      'issuing, and the condition not yet there',
      told('Ready=False Issuing: Issuing certificate as Secret was previously issued'),
      'Progressing',
      'Issuing',
    ],
    [
      'failed',
      told('Ready=False SecretMismatch', 'Issuing=False Failed: too many certificates'),
      'Degraded',
      'SecretMismatch',
    ],
    ['wrongly configured', told('Ready=False ConfigError: no ACME solver configured'), 'Degraded', 'ConfigError'],
    ['nothing told', { status: { conditions: [] } }, 'Progressing', 'NoCaseFits'],
  ]);

  check('cert-manager.io/v1 CertificateRequest', [
    ['denied', told('Denied=True Policy', 'Ready=False Denied'), 'Degraded', 'Policy'],
    [
      'pending',
      told('Approved=True cert-manager.io', 'Ready=False Pending: Waiting on certificate issuance'),
      'Progressing',
      'Pending',
    ],
    ['failed', told('Ready=False Failed'), 'Degraded', 'Failed'],
    ['issued', told('Ready=True Issued'), 'Healthy', 'Issued'],
  ]);

  check('cert-manager.io/v1 ClusterIssuer', [
    ['registered', told('Ready=True ACMEAccountRegistered'), 'Healthy', 'ACMEAccountRegistered'],
    ['not registered', told('Ready=False ErrRegisterACMEAccount'), 'Degraded', 'ErrRegisterACMEAccount'],
  ]);

  check('acme.cert-manager.io/v1 Order', [
    ['pending', { status: { state: 'pending' } }, 'Progressing', 'NoCaseFits'],
    ['valid', { status: { state: 'valid' } }, 'Healthy', 'Valid'],
    ['errored', { status: { state: 'errored', reason: 'rate limited' } }, 'Degraded', 'Errored'],
  ]);

  check('gateway.networking.k8s.io/v1 GatewayClass', [
    ['accepted', told('Accepted=True Accepted'), 'Healthy', 'Accepted'],
    ['waits for its controller', told('Accepted=Unknown Waiting: Waiting for controller'), 'Progressing', 'NoCaseFits'],
    ['has wrong parameters', told('Accepted=False InvalidParameters'), 'Degraded', 'InvalidParameters'],
  ]);

  check('gateway.networking.k8s.io/v1 Gateway', [
    ['programmed', told('Accepted=True Accepted', 'Programmed=True Programmed'), 'Healthy', 'Programmed'],
    ['not yet reconciled', told('Accepted=False Pending', 'Programmed=False Pending'), 'Progressing', 'Pending'],
    [
      'has no address yet',
      told('Accepted=True', 'Programmed=False AddressNotAssigned'),
      'Progressing',
      'AddressNotAssigned',
    ],
    ['not accepted', told('Accepted=False InvalidParameters'), 'Degraded', 'InvalidParameters'],
    [
      'a listener has a certificate that is not there',
      {
        status: {
          ...conditions('Accepted=True', 'Programmed=True'),
          listeners: [listener('Accepted=True', 'ResolvedRefs=False InvalidCertificateRef')],
        },
      },
      'Degraded',
      'InvalidCertificateRef',
    ],
    [
      'programmed for the spec before',
      told('Accepted=True Accepted @1', 'Programmed=True Programmed @1'),
      'Progressing',
      'GenerationNotObserved',
    ],
  ]);

  check('gateway.networking.k8s.io/v1 HTTPRoute', [
    [
      'accepted',
      { status: { parents: [listener('Accepted=True Accepted', 'ResolvedRefs=True ResolvedRefs')] } },
      'Healthy',
      'Accepted',
    ],
    [
      'its Service is not there',
      { status: { parents: [listener('Accepted=True', 'ResolvedRefs=False BackendNotFound')] } },
      'Degraded',
      'BackendNotFound',
    ],
    [
      'one parent takes it, another does not',
      { status: { parents: [listener('Accepted=True'), listener('Accepted=False NotAllowedByListeners')] } },
      'Degraded',
      'NotAllowedByListeners',
    ],
    [
      'a parent of long ago does not count',
      { status: { parents: [listener('Accepted=False NoMatchingParent @1'), listener('Accepted=True Accepted @2')] } },
      'Healthy',
      'Accepted',
    ],
    [
      'no parent has seen this generation',
      { status: { parents: [listener('Accepted=True Accepted @1')] } },
      'Progressing',
      'GenerationNotObserved',
    ],
    ['no parent yet', { status: { parents: [] } }, 'Progressing', 'NoCaseFits'],
  ]);
});
