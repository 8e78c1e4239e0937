// The system calls that Docker's default seccomp profile lets through, as names by subject: facts about the interface, not policy of ours.
// Source: Docker documentation "Seccomp security profiles for Docker" and the effect of dockerd's built-in profile, which test/engine compares.

const words = (text: string) => text.trim().split(/\s+/);

/** Allowed for everybody, on every architecture that has them. */
export const ALWAYS = words(`
  read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 open openat openat2 creat close close_range lseek _llseek
  dup dup2 dup3 fcntl fcntl64 flock fsync fdatasync sync syncfs sync_file_range ftruncate ftruncate64 truncate truncate64 fallocate
  fadvise64 fadvise64_64 readahead copy_file_range sendfile sendfile64 splice tee vmsplice ioctl
  stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx statfs statfs64 fstatfs fstatfs64 access faccessat faccessat2
  chdir fchdir getcwd mkdir mkdirat rmdir getdents getdents64 link linkat symlink symlinkat readlink readlinkat unlink unlinkat
  rename renameat renameat2 mknod mknodat chmod fchmod fchmodat chown chown32 fchown fchown32 fchownat lchown lchown32 umask
  utime utimes utimensat utimensat_time64 futimesat name_to_handle_at
  getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
  inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark
  poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait
  epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 pipe pipe2
  timerfd_create timerfd_settime timerfd_settime64 timerfd_gettime timerfd_gettime64
  io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64 ioprio_get ioprio_set
  brk mmap mmap2 munmap mremap mprotect msync madvise mincore mlock mlock2 mlockall munlock munlockall remap_file_pages
  membarrier memfd_create memfd_secret pkey_alloc pkey_free pkey_mprotect process_mrelease
  execve execveat exit exit_group fork vfork wait4 waitid waitpid kill tkill tgkill pause pidfd_open pidfd_send_signal
  rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
  rt_sigtimedwait_time64 sigaltstack sigprocmask sigreturn restart_syscall
  getpid getppid gettid getpgid getpgrp setpgid getsid setsid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32
  setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32
  getresuid getresuid32 getresgid getresgid32 setfsuid setfsuid32 setfsgid setfsgid32 getgroups getgroups32 setgroups setgroups32
  capget capset prctl seccomp landlock_add_rule landlock_create_ruleset landlock_restrict_self
  futex futex_time64 futex_waitv get_robust_list set_robust_list get_thread_area set_thread_area set_tid_address rseq
  sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler sched_setscheduler
  sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64 sched_yield getpriority setpriority
  getrlimit ugetrlimit setrlimit prlimit64 getrusage times sysinfo uname getcpu getrandom
  time gettimeofday clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 nanosleep
  clock_adjtime clock_adjtime64 adjtimex alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime
  timer_gettime64 timer_settime timer_settime64
  socketcall socketpair bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt
  send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64
  ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget
  mq_open mq_unlink mq_notify mq_getsetattr mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64
  process_vm_readv process_vm_writev ptrace`);

/** Allowed besides, when the container has the capability. */
export const WITH_CAPABILITY: Record<string, string[]> = {
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
  CAP_SYS_ADMIN: words(`bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount mount_setattr move_mount open_tree
    perf_event_open quotactl quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare`),
  CAP_SYS_BOOT: ['reboot'],
  CAP_SYS_CHROOT: ['chroot'],
  CAP_SYS_MODULE: words('delete_module init_module finit_module'),
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_PTRACE: words('kcmp pidfd_getfd process_madvise'),
  CAP_SYS_RAWIO: words('iopl ioperm'),
  CAP_SYS_TIME: words('settimeofday stime clock_settime clock_settime64'),
  CAP_SYS_TTY_CONFIG: ['vhangup'],
  CAP_SYS_NICE: words('get_mempolicy mbind set_mempolicy set_mempolicy_home_node'),
  CAP_SYSLOG: ['syslog'],
  CAP_BPF: ['bpf'],
  CAP_PERFMON: ['perf_event_open'],
};

/** Allowed besides, on these machines (Node's `process.arch`). */
export const ON_MACHINE: Record<string, string[]> = {
  x64: words('arch_prctl modify_ldt'),
  arm64: words('arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls'),
  arm: words('arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls'),
  ppc64: words('sync_file_range2 swapcontext'),
  s390x: words('s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr'),
  riscv64: ['riscv_flush_icache'],
};
