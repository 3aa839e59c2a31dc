/* Loaded before the C library: gives a process the session keyring of this name, as a login would. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define JOIN_SESSION_KEYRING 1

__attribute__((constructor)) static void join(void) {
  const char *name = getenv("SESSION_KEYRING");
  if (name) syscall(SYS_keyctl, JOIN_SESSION_KEYRING, name);
}
