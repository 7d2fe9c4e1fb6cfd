/* Makes a disk fail while a file exists: its first letter says how ('N': no space left, otherwise an I/O error). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(void)
{
    const char *path = getenv("SINGGAH_FAILING_DISK");
    char how = 0;
    int file = path ? open(path, O_RDONLY) : -1;
    if (file < 0)
        return 0;
    if (read(file, &how, 1) < 1)
        how = 0;
    close(file);
    errno = how == 'N' ? ENOSPC : EIO;
    return how != 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place)
{
    return fails() ? -1 : REAL(pwrite)(file, bytes, count, place);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place)
{
    return fails() ? -1 : REAL(pwrite64)(file, bytes, count, place);
}

int fsync(int file)
{
    return fails() ? -1 : REAL(fsync)(file);
}

int fdatasync(int file)
{
    return fails() ? -1 : REAL(fdatasync)(file);
}
