/** A certificate for `greenroom-operator` that is its own authority, and its key: for tests, worth nothing elsewhere. */
export const operatorCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBsDCCAVagAwIBAgIUVSz7juemAYkBFMVlHl8x41l0T6gwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSZ3JlZW5yb29tLW9wZXJhdG9yMCAXDTI2MTEyMTEyMTIwMloY
DzIxMjYxMDI4MTIxMjAyWjAdMRswGQYDVQQDDBJncmVlbnJvb20tb3BlcmF0b3Iw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASCZQuI0Ddyjto1CbEph9suZVhjiZTM
hrbLQgul1vigtcH0Q5AqJ98YlKsteLOXz1Tz/69AZdi/GFQOv5MHa3Seo3IwcDAd
BgNVHQ4EFgQUwhmwzu0V8vDJicDWnFfHINK4hm0wHwYDVR0jBBgwFoAUwhmwzu0V
8vDJicDWnFfHINK4hm0wDwYDVR0TAQH/BAUwAwEB/zAdBgNVHREEFjAUghJncmVl
bnJvb20tb3BlcmF0b3IwCgYIKoZIzj0EAwIDSAAwRQIhAKFDC50+eQbvF5E7J7zW
UvMGVba0n5X8VQkZ/1a5nrk1AiBbk389DrLT013cFI24FQxlBjFsKt2cqtrXVRwa
DUrWuw==
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjNXsVeICX2ZYy8v5
fH/YmRGO/slYDlBgI6Pd+UgyREmhRANCAASCZQuI0Ddyjto1CbEph9suZVhjiZTM
hrbLQgul1vigtcH0Q5AqJ98YlKsteLOXz1Tz/69AZdi/GFQOv5MHa3Se
-----END PRIVATE KEY-----`,
};
