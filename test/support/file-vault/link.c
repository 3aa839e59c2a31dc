/* Loaded before the C library: opens a file or gives it a name late, or not at all, as environment variables say, and writes
   down in which order a disk is asked for what. What is waited for is a file, for twenty seconds at most. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note(const char *call, const char *path) {
  const char *journal = getenv("CALLS");
  if (!journal) return;
  char line[4200];
  const char *last = strrchr(path, '/');
  int length = snprintf(line, sizeof line, "%s %s\n", call, last ? last + 1 : path);
  int file = open(journal, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (write(file, line, length) < 0) abort();
  close(file);
}

static void wait_for(const char *path) {
  for (int looks = 0; path && access(path, F_OK) && looks < 20000; looks++) usleep(1000);
}

/* The gate stands before what is read; new files have other names. */
static int open_late(const char *name, const char *path, int flags, mode_t mode) {
  int (*real)(const char *, int, mode_t) = dlsym(RTLD_NEXT, name);
  const char *gate = getenv("BEFORE_OPEN");
  if (gate && strstr(path, "/record-")) {
    note("open", path);
    wait_for(gate);
  }
  return real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list given;
  va_start(given, flags);
  mode_t mode = flags & O_CREAT ? va_arg(given, mode_t) : 0;
  va_end(given);
  return open_late("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list given;
  va_start(given, flags);
  mode_t mode = flags & O_CREAT ? va_arg(given, mode_t) : 0;
  va_end(given);
  return open_late("open64", path, flags, mode);
}

/* As where somebody watches as much as the system allows, until that is over. */
int inotify_add_watch(int descriptor, const char *path, uint32_t mask) {
  int (*real)(int, const char *, uint32_t) = dlsym(RTLD_NEXT, "inotify_add_watch");
  const char *limit = getenv("WATCHES_END");
  if (limit && access(limit, F_OK)) return errno = ENOSPC, -1;
  return real(descriptor, path, mask);
}

int fsync(int descriptor) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
  char name[64], path[4096] = "";
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  if (readlink(name, path, sizeof path - 1) > 0) note("sync", path);
  return real(descriptor);
}

int unlink(const char *path) {
  int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
  note("remove", path);
  return real(path);
}

int link(const char *from, const char *to) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "link");
  note("name", to);
  if (!strstr(to, "record-")) return real(from, to);
  const char *fault = getenv("LINK_ERROR");
  if (fault) return errno = atoi(fault), -1;
  wait_for(getenv("BEFORE_LINK"));
  int result = real(from, to);
  int error = errno;
  wait_for(getenv("AFTER_LINK"));
  errno = error;
  return result;
}
