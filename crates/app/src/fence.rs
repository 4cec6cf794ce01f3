//! The fence around a program of somebody else: what it may open, and that it reaches no network and no other program unless it
//! may.
//!
//! * **Linux**: Landlock lets it read where programs are and read and write its own folder and those it was given; seccomp takes
//!   away sockets, watching other processes and what could be used to get around both. Without either it is not started.
//! * **Elsewhere**: a clean environment and a folder of its own, and nothing that holds it there. Who connects it is told.

use std::path::{Path, PathBuf};

use tokio::process::{Child, Command};

/// What a program may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fence {
    /// Read, and run what is in it.
    pub(crate) reads: Vec<PathBuf>,
    /// Read and write.
    pub(crate) writes: Vec<PathBuf>,
    /// The network.
    pub(crate) network: bool,
}

/// What holds programs in on this system, for people.
pub(crate) fn words(network: bool) -> String {
    match (cfg!(target_os = "linux"), network) {
        (true, false) => "It can open only its own folder, those you gave it and the system's programs, and no network.",
        (true, true) => "It can open only its own folder, those you gave it and the system's programs, and the network.",
        (false, _) => {
            "Nothing on this system holds it in: it can do what you can do. Connect it only if you trust it like a program that \
             you install."
        }
    }
    .to_owned()
}

/// Starts a program inside the fence. It is put up in a thread that then starts the program and ends: both walls are of a thread
/// and of what it starts.
pub(crate) async fn start(mut command: Command, fence: Fence) -> Result<Child, String> {
    let runtime = tokio::runtime::Handle::current();
    let (told, started) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("fence".to_owned());
    let spawned = thread.spawn(move || {
        let _entered = runtime.enter();
        let child = inside(&fence).and_then(|()| command.spawn().map_err(|error| error.to_string()));
        // Whoever waited may have gone; then the program ends with the child.
        let _ = told.send(child);
    });
    spawned.map_err(|error| error.to_string())?;
    started.await.map_err(|_| "the fence broke".to_owned())?
}

#[cfg(not(target_os = "linux"))]
fn inside(_: &Fence) -> Result<(), String> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn inside(fence: &Fence) -> Result<(), String> {
    linux::capabilities();
    linux::landlock(fence)?;
    linux::seccomp(fence.network)
}

/// The folder that a program was installed in as one piece, as far as its place tells: that of its package, of its virtual
/// environment or of its interpreter; else the one it lies in. Never one that holds somebody's whole home.
pub(crate) fn belongings(program: &Path) -> Vec<PathBuf> {
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let own = real.parent().map(Path::to_owned);
    let modules = real
        .ancestors()
        .filter(|folder| folder.ends_with("node_modules"))
        .last();
    let environment = |path: &Path| {
        let above = path.parent()?.parent()?;
        (above.join("pyvenv.cfg").is_file() || above.join("lib").is_dir()).then(|| above.to_owned())
    };
    let home = dirs::home_dir();
    let holds_home = |folder: &PathBuf| home.as_ref().is_some_and(|home| home.starts_with(folder));
    let too_much = |folder: &PathBuf| {
        holds_home(folder) || home.as_ref().is_some_and(|home| *folder == home.join(".local"))
    };
    [
        own,
        modules.map(Path::to_owned),
        environment(program),
        environment(&real),
    ]
    .into_iter()
    .flatten()
    .filter(|folder| !too_much(folder))
    .collect()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;

    use landlock::{
        ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
        RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    };
    use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};
    use seccompiler::{
        BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
        SeccompFilter, SeccompRule,
    };

    use super::Fence;

    /// Where programs and what they need are on any Linux.
    const SYSTEM: &[&str] = &[
        "/bin",
        "/etc",
        "/gnu",
        "/lib",
        "/lib32",
        "/lib64",
        "/nix",
        "/opt",
        "/proc",
        "/sbin",
        "/snap",
        "/sys/devices/system/cpu",
        "/sys/fs/cgroup",
        "/usr",
    ];
    const DEVICES: &[&str] = &[
        "/dev/full",
        "/dev/null",
        "/dev/random",
        "/dev/urandom",
        "/dev/zero",
    ];

    /// Takes away what an administrator's programs may do: with some of that a process looks into others in spite of the rest.
    /// Where there is nothing to take away, it fails.
    pub(super) fn capabilities() {
        for bit in 0..u64::BITS {
            let one = CapabilitySet::from_bits_retain(1 << bit);
            let _ = remove_capability_from_bounding_set(one);
        }
    }

    pub(super) fn landlock(fence: &Fence) -> Result<(), String> {
        const KNOWN: ABI = ABI::V7;
        let failed = |error: RulesetError| format!("Landlock could not be set up: {error}");
        let all = AccessFs::from_all(KNOWN);
        let mut rules = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(all)
            .and_then(|rules| rules.scope(Scope::from_all(KNOWN)))
            .and_then(Ruleset::create)
            .map_err(failed)?;
        let mut allow = |path: &Path, access: BitFlags<AccessFs>| -> Result<(), String> {
            // What is not there can't be opened either.
            let Ok(opened) = PathFd::new(path) else {
                return Ok(());
            };
            let access = match path.is_dir() {
                true => access,
                false => access & AccessFs::from_file(KNOWN),
            };
            (&mut rules)
                .add_rule(PathBeneath::new(opened, access))
                .map(drop)
                .map_err(failed)
        };
        let reading = AccessFs::from_read(KNOWN);
        for path in SYSTEM {
            allow(Path::new(path), reading)?;
        }
        for path in DEVICES {
            allow(Path::new(path), AccessFs::ReadFile | AccessFs::WriteFile)?;
        }
        for path in &fence.reads {
            allow(path, reading)?;
        }
        for path in &fence.writes {
            allow(path, all)?;
        }
        let status = rules.restrict_self().map_err(failed)?;
        match status.ruleset {
            RulesetStatus::NotEnforced => Err("this system has no Landlock to hold it in".to_owned()),
            _ => Ok(()),
        }
    }

    /// By these a process looks into others, gets secrets of the session, or gets around the rest. The numbers are also refused in
    /// the form of the x32 calls.
    const NEVER: &[libc::c_long] = &[
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_userfaultfd,
        libc::SYS_perf_event_open,
        libc::SYS_mount,
        libc::SYS_setns,
        libc::SYS_unshare,
    ];
    const X32: libc::c_long = 0x4000_0000;

    pub(super) fn seccomp(network: bool) -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("seccomp could not be set up: {error}");
        let both = |call: libc::c_long| [call, call | X32];
        // Sockets to other programs of this machine are taken away in any case: behind one of them is the keyring.
        let family = |family: libc::c_int| {
            SeccompCondition::new(
                0,
                SeccompCmpArgLen::Dword,
                SeccompCmpOp::Ne,
                family.unsigned_abs().into(),
            )
        };
        let other_than = |families: &[libc::c_int]| -> Result<SeccompRule, BackendError> {
            SeccompRule::new(
                families
                    .iter()
                    .map(|own| family(*own))
                    .collect::<Result<Vec<_>, _>>()?,
            )
        };
        let sockets = match network {
            false => Vec::new(),
            true => {
                let open = [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
                vec![other_than(&open).map_err(|error| failed(&error))?]
            }
        };
        let never = NEVER
            .iter()
            .flat_map(|call| both(*call))
            .map(|call| (call, Vec::new()));
        let sockets = both(libc::SYS_socket).map(|call| (call, sockets.clone()));
        let rules = never.chain(sockets).collect();
        let arch = std::env::consts::ARCH
            .try_into()
            .map_err(|error: BackendError| failed(&error))?;
        let denied = SeccompAction::Errno(libc::EACCES.unsigned_abs());
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, arch);
        let program: BpfProgram = filter
            .and_then(TryInto::try_into)
            .map_err(|error: BackendError| failed(&error))?;
        // Of this thread and what it starts, not of the whole program.
        seccompiler::apply_filter(&program).map_err(|error| failed(&error))
    }
}
