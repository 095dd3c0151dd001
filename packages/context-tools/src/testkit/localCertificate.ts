/** A certificate for `localhost` that is its own authority, and its key: for tests, worth nothing elsewhere. */
export const localCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUZbUy4xl0az2C4qapURGUzqBr+EwwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEyNTkzMFoYDzIxMjYxMDI4
MTI1OTMwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATLWYYj+erVE/WIWQ8cUsgKbpZigplHn28nlVkQ7XvMoBh6SgniA6uh
4O4Mh4FSnHM91EsTYcSMAeIcXawHgwkto28wbTAdBgNVHQ4EFgQUwyrrhgfD3mjD
WveXWveQI9usB4QwHwYDVR0jBBgwFoAUwyrrhgfD3mjDWveXWveQI9usB4QwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgdxq88KXqKiZq2lnE2JLnU3gwODVz/ddFVsVn3CCVqXMCIQCF
p8rgGWpfptFauBGlyMbmNwV89KY3geKKDZGjbo+faw==
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqn1ObNk6Pvjtlfwi
DEi7fd8Lhihli9Dfl1bYxTDpEYOhRANCAATLWYYj+erVE/WIWQ8cUsgKbpZigplH
n28nlVkQ7XvMoBh6SgniA6uh4O4Mh4FSnHM91EsTYcSMAeIcXawHgwkt
-----END PRIVATE KEY-----`,
};
