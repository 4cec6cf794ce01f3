//! The walls around the worker.
//!
//! * **Linux**: resource limits; Landlock without a single right (no file, no network) where the kernel has it;
//!   seccomp with a list of allowed system calls. Opening a file fails, everything else that is not on the list
//!   (sockets, new processes, tracing others) ends the process. Without seccomp the worker refuses to read.
//! * **macOS and other Unix**: resource limits only.
//! * **Windows**: nothing yet beside being another process.

use crate::Limits;

/// What was set up before the first thread started.
pub struct Before {
    #[cfg(target_os = "linux")]
    landlock: bool,
}

/// First part, to be called while the process has one thread: closes inherited descriptors, sets limits and, on
/// Linux, takes away all rights to files and the network. `stack` is what later threads need beside `limits`.
///
/// # Errors
/// What could not be set up, as a sentence.
pub fn before_threads(limits: &Limits, stack: u64) -> Result<Before, String> {
    // Landlock first: making its ruleset takes a descriptor, of which the limits leave none.
    let before = Before {
        #[cfg(target_os = "linux")]
        landlock: linux::landlock()?,
    };
    #[cfg(unix)]
    unix::limit(limits, stack)?;
    #[cfg(not(unix))]
    let _ = (limits, stack);
    Ok(before)
}

/// Second part, for all threads there are: only the system calls that reading needs. Returns what keeps the worker
/// in, for people.
///
/// # Errors
/// What could not be set up, as a sentence.
pub fn close(before: &Before) -> Result<String, String> {
    #[cfg(target_os = "linux")]
    {
        linux::seccomp()?;
        Ok(if before.landlock {
            "limits, Landlock and seccomp"
        } else {
            "limits and seccomp"
        }
        .into())
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = before;
        Ok(if cfg!(unix) {
            "limits"
        } else {
            "a process of its own"
        }
        .into())
    }
}

/// Ends the process after so many seconds of wall time; 0 takes that back.
pub(super) fn end_after(seconds: u64) {
    #[cfg(unix)]
    match u32::try_from(seconds) {
        Ok(0) => drop(nix::unistd::alarm::cancel()),
        Ok(seconds) => drop(nix::unistd::alarm::set(seconds)),
        Err(_) => {}
    }
    #[cfg(not(unix))]
    let _ = seconds;
}

/// The most memory this process ever held, in bytes, where the system tells.
pub(super) fn peak_memory() -> Option<u64> {
    #[cfg(unix)]
    {
        let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF).ok()?;
        // Linux counts in kilobytes, macOS in bytes.
        u64::try_from(usage.max_rss()).ok().map(|peak| {
            if cfg!(target_os = "macos") {
                peak
            } else {
                peak << 10
            }
        })
    }
    #[cfg(not(unix))]
    None
}

#[cfg(unix)]
mod unix {
    use nix::sys::resource::{Resource, setrlimit};

    use crate::Limits;

    /// Address space beside the data: the program, PDFium, and what the allocator reserves without using it.
    const MAPPED: u64 = 1 << 30;

    pub(super) fn limit(limits: &Limits, stack: u64) -> Result<(), String> {
        #[cfg(target_os = "linux")]
        close_inherited();
        let set = |what, name: &str, value| {
            setrlimit(what, value, value)
                .map_err(|error| format!("The limit {name} could not be set: {error}."))
        };
        // Linux counts private writable memory as data: what is really asked for. The address space holds more.
        let memory = limits.memory_bytes.saturating_add(stack);
        set(Resource::RLIMIT_DATA, "on memory", memory)?;
        #[cfg(target_os = "linux")]
        set(
            Resource::RLIMIT_AS,
            "on address space",
            memory.saturating_add(MAPPED),
        )?;
        set(Resource::RLIMIT_FSIZE, "on writing files", 0)?;
        set(Resource::RLIMIT_CORE, "on core files", 0)?;
        #[cfg(target_os = "linux")]
        {
            // 0, 1 and 2 are open; there will be no other.
            set(Resource::RLIMIT_NOFILE, "on open files", 3)?;
            nix::sys::prctl::set_dumpable(false)
                .map_err(|error| format!("The process could not be hidden from others: {error}."))?;
        }
        Ok(())
    }

    /// Closes every descriptor but the standard three; a parent's library may have leaked some.
    #[cfg(target_os = "linux")]
    fn close_inherited() {
        let Ok(entries) = std::fs::read_dir("/proc/self/fd") else {
            return;
        };
        let open: Vec<i32> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        for descriptor in open.into_iter().filter(|&descriptor| descriptor > 2) {
            // The one used for listing is closed already, which is an error of no interest.
            let _ = nix::unistd::close(descriptor);
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope,
    };
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };

    /// Takes away every right that this kernel's Landlock knows; false where it has none.
    pub(super) fn landlock() -> Result<bool, String> {
        let failed = |error: landlock::RulesetError| format!("Landlock could not be set up: {error}.");
        let status = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V7))
            .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI::V7)))
            .and_then(|rules| rules.scope(Scope::from_all(ABI::V7)))
            .and_then(Ruleset::create)
            .and_then(landlock::RulesetCreated::restrict_self)
            .map_err(failed)?;
        Ok(status.ruleset != RulesetStatus::NotEnforced)
    }

    /// Calls that reading needs: memory, waiting, time, and the pipes that are open already.
    const ALLOWED: &[libc::c_long] = &[
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_lseek,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_getuid,
        libc::SYS_geteuid,
        libc::SYS_getgid,
        libc::SYS_getegid,
        libc::SYS_getrusage,
        libc::SYS_setitimer,
        libc::SYS_ppoll,
        libc::SYS_sysinfo,
        libc::SYS_uname,
        libc::SYS_membarrier,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_alarm,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_time,
    ];

    /// Calls that libraries try for convenience, such as looking for fonts. They fail as if nothing were permitted.
    const REFUSED: &[libc::c_long] = &[
        libc::SYS_openat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_faccessat,
        libc::SYS_faccessat2,
        libc::SYS_readlinkat,
        libc::SYS_getcwd,
        libc::SYS_ioctl,
        libc::SYS_fcntl,
        libc::SYS_getdents64,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_stat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_lstat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_access,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_readlink,
    ];

    /// Calls that a C library tries first and does without: the arguments of `clone3` cannot be looked at.
    const MISSING: &[libc::c_long] = &[libc::SYS_clone3];

    /// Lets all threads call nothing but the two lists; the process ends at the first other call.
    pub(super) fn seccomp() -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("Seccomp could not be set up: {error}.");
        // No memory becomes code: neither a new mapping nor a changed one may be executed.
        let no_code = SeccompCondition::new(
            2,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64),
            0,
        );
        // A signal only to itself, which is how a process aborts.
        let itself = SeccompCondition::new(
            0,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::Eq,
            u64::from(std::process::id()),
        );
        let rule = |condition: Result<SeccompCondition, seccompiler::BackendError>| {
            condition
                .and_then(|condition| SeccompRule::new(vec![condition]))
                .map_err(|error| failed(&error))
        };
        // A thread, which is inside the same walls (parsers want stacks of their own), but no process.
        let flags = libc::CLONE_THREAD | libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWPID;
        let thread = SeccompCondition::new(
            0,
            SeccompCmpArgLen::Qword,
            SeccompCmpOp::MaskedEq(flags as u64),
            libc::CLONE_THREAD as u64,
        );
        let (no_code, itself, thread) = (rule(no_code)?, rule(itself)?, rule(thread)?);
        let conditional = [
            (libc::SYS_mmap, vec![no_code.clone()]),
            (libc::SYS_mprotect, vec![no_code]),
            (libc::SYS_tgkill, vec![itself]),
            (libc::SYS_clone, vec![thread]),
        ];
        let bare = |calls: &[libc::c_long]| calls.iter().map(|&call| (call, Vec::new())).collect::<Vec<_>>();
        let allowed = [bare(ALLOWED), bare(REFUSED), bare(MISSING), conditional.into()].concat();
        let arch = std::env::consts::ARCH
            .try_into()
            .map_err(|error| failed(&error))?;
        let filter =
            |calls: Vec<_>, other, own| SeccompFilter::new(calls.into_iter().collect(), other, own, arch);
        let errno = |number| SeccompAction::Errno(number as u32);
        let filters = [
            filter(bare(REFUSED), SeccompAction::Allow, errno(libc::EACCES)),
            filter(bare(MISSING), SeccompAction::Allow, errno(libc::ENOSYS)),
            filter(allowed, SeccompAction::KillProcess, SeccompAction::Allow),
        ];
        // Of several filters the strictest verdict counts. The one that forbids installing filters comes last.
        for filter in filters {
            let program: BpfProgram = filter
                .and_then(TryInto::try_into)
                .map_err(|error: seccompiler::BackendError| failed(&error))?;
            seccompiler::apply_filter_all_threads(&program).map_err(|error| failed(&error))?;
        }
        Ok(())
    }
}
