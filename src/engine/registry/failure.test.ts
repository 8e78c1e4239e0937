import { describe, expect, test } from 'vitest';
import { isTemporary, networkFailure } from './failure.ts';

const errno = (code: string, message = 'words of libuv') => Object.assign(new Error(message), { code });

describe('one sentence for each way a registry cannot be reached, in the words of docker\'s client, with what helps', () => {
  test.each<[string, 'http' | 'https', unknown, RegExp, boolean]>([
    ['no such name', 'https', errno('ENOTFOUND'), /^cannot reach the registry reg\.example:5000: lookup reg\.example: no such host$/, false],
    ['no name server', 'https', errno('EAI_AGAIN'), /lookup reg\.example: no answer from the name server/, true],
    ['refused', 'http', errno('ECONNREFUSED'), /: connection refused$/, false],
    ['refused by both families', 'http', new AggregateError([errno('ECONNREFUSED'), errno('ECONNREFUSED')]), /: connection refused$/, false],
    ['cut', 'http', errno('ECONNRESET'), /: connection reset by peer$/, true],
    ['silent', 'http', errno('ETIMEDOUT', 'no answer for 60 s'), /: i\/o timeout: no answer for 60 s$/, true],
    ['no route', 'http', errno('EHOSTUNREACH'), /: no route to host$/, true],
    ['no network', 'http', errno('ENETUNREACH'), /: network is unreachable$/, false],
    ['own authority', 'https', errno('SELF_SIGNED_CERT_IN_CHAIN'), /x509: certificate signed by unknown authority: put the certificate .* at \/etc\/docker\/certs\.d\/reg\.example:5000\/ca\.crt, or name the registry as insecure$/, false],
    ['expired', 'https', errno('CERT_HAS_EXPIRED'), /x509: certificate has expired$/, false],
    ['of another host', 'https', errno('ERR_TLS_CERT_ALTNAME_INVALID'), /x509: certificate is not valid for reg\.example$/, false],
    ['http where https was expected', 'https', errno('EPROTO', '40:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:ssl.c:1:'), /server gave HTTP response to HTTPS client: name the registry as insecure/, false],
    ['no HTTP at all', 'http', errno('HPE_INVALID_CONSTANT'), /it answered something that is not HTTP$/, true],
  ])('%s', (_name, scheme, cause, message, temporary) => {
    const failure = networkFailure('reg.example:5000', scheme, cause);
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toMatch(/getaddrinfo|ECONN|EAI_|ENOTFOUND|undefined/);
    expect(isTemporary(failure)).toBe(temporary);
  });
});
