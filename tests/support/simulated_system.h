// SPDX-License-Identifier: MIT
//
// SimulatedSystem is a machine for tests: a disk whose power can be cut,
// processes that can be killed, and system calls that fail, stop short, are
// interrupted, or lie. The same options and calls give the same run.
//
//   SimulatedSystem system({.seed = seed});
//   system.Inject({.effect = Fault::Effect::kCrash, .at = n});
//   Work(system);                      // calls fail with EIO from the nth on
//   if (!system.crashed()) return;     // fewer than n calls
//   system.PowerCut(seed);             // or Kill()
//   Recover(system);                   // another process: no faults, no files
//
// Crash: the process ends inside its nth call. That call may have done a part
//   of a write; every later one fails with EIO, and what is stored in its maps
//   from then on changes nothing, so that its objects can be destroyed at
//   leisure. (Unless another process maps the file, too: then not before the
//   end of the test.)
// Maps: ordinary memory, which is the page cache. Whatever was stored there
//   since the last sync of the file may be on the disk or not. A map may reach
//   behind the end of its file, and be used as the file grows; one to read may
//   reach behind the largest file, too.
// Not simulated: symbolic links on the way to a name, hard links, groups.
// Thread safety: all members from any thread; for the same run, from one.

#ifndef SEATFIELD_TESTS_SUPPORT_SIMULATED_SYSTEM_H_
#define SEATFIELD_TESTS_SUPPORT_SIMULATED_SYSTEM_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/system.h"
#include "support/cut_choices.h"
#include "support/simulated_disk.h"
#include "support/simulated_file.h"

namespace seatfield::test {

enum class CallKind : std::uint8_t {
  kMakeDirectory,
  kOpenDirectory,
  kList,
  kIsNetworkFileSystem,
  kOpenAt,
  kRenameAt,
  kUnlinkAt,
  kClose,
  kStatus,
  kRead,
  kWrite,
  kSyncData,
  kSync,
  kAllocate,
  kTruncate,
  kMap,
  kUnmap,
  kTryLock,
  kRandom,
};

// One system call, before it is made. User, process, boot and clocks are not
// counted.
struct Call {
  CallKind kind;
  std::string_view name;      // of the file or directory, without its path
  std::string_view to;        // of kRenameAt
  bool is_directory = false;  // kSync of a directory
  std::uint64_t offset = 0;   // kRead, kWrite, kMap
  std::uint64_t size = 0;     // kRead, kWrite, kAllocate, kTruncate, kMap
  std::uint64_t number = 0;   // of the process, from 1
  std::optional<std::int64_t> answer;  // in the place of the call's own
};

// Goes wrong at the calls it matches.
struct Fault {
  enum class Effect : std::uint8_t {
    kError,   // `error`, and nothing is done
    kShort,   // a part of a read or write of 2 bytes or more is done
    kLie,     // a sync says that it was done
    kForget,  // a sync fails with `error`; what it should have written counts
              // as written from then on, as Linux does
    kCrash,
  };

  Effect effect = Effect::kError;
  int error = EIO;
  std::uint64_t at = 1;          // the how-manieth matching call
  bool for_ever = false;         // and all after it
  std::optional<CallKind> kind;  // none: any
  std::string name;              // that call.name or call.to begins with
};

struct SimulatedOptions {
  std::uint64_t seed = 1;
  double early_write = .25;  // see SimulatedFile::Write
  std::uint64_t disk_bytes = UINT64_MAX;
  bool read_only = false;
  bool network = false;
  std::uint32_t user = 1000;
  std::int64_t tick_micros = 1;  // that a call takes
};

class SimulatedSystem final : public platform::System {
 public:
  explicit SimulatedSystem(const SimulatedOptions& options = {});
  ~SimulatedSystem() override;
  SimulatedSystem(const SimulatedSystem&) = delete;
  SimulatedSystem& operator=(const SimulatedSystem&) = delete;

  // Another process on the same machine. It may outlive this one.
  std::unique_ptr<SimulatedSystem> NewProcess();

  // --- The machine ----------------------------------------------------------

  // May be changed at any time; what is read from it, seed excepted, is read at
  // each call.
  SimulatedOptions& options();
  SimulatedDisk& disk();

  // Ends all processes and starts the machine again.
  void PowerCut(CutChoices& choices);
  void PowerCut(std::uint64_t seed, const CutOdds& odds = {});
  // How many things a power cut may take back.
  std::size_t unsynced();

  // The disk as it is, unsynced things and all; and ends all processes and
  // goes on from it.
  SimulatedDisk Save();
  void Restore(const SimulatedDisk& disk);

  void AdvanceClocks(std::int64_t micros);
  void SetWallMicros(std::int64_t micros);

  // Stores through maps into blocks that were not allocated: on a full disk
  // each would be a bus error.
  std::uint64_t stores_into_holes();

  // --- This process ---------------------------------------------------------

  // Ends it, with all it has open, and starts it anew with another process id,
  // without faults. The filter stays: it belongs to the program.
  void Kill();

  void Inject(Fault fault);
  void ClearFaults();
  // How often a fault did something.
  std::uint64_t faults_met() const;
  bool crashed() const;
  std::uint64_t calls() const;     // since it was started
  std::size_t files_open() const;  // directories, too
  std::size_t maps_open() const;
  // What was touched of maps that are open, in bytes.
  std::uint64_t bytes_touched() const;
  void SetProcessId(std::int64_t id);

  // Called before each call that no fault kept from being made. False: the call
  // is not made, and says it was (an open: EIO). Either way call.answer, if
  // set, is what the caller gets; call.size may be made smaller. The filter may
  // make calls itself, for which it is called again.
  using Filter = std::function<bool(Call&)>;
  void SetFilter(Filter filter);

  // --- System ---------------------------------------------------------------

  int MakeDirectory(const std::string& path) override;
  int OpenDirectory(const std::string& path) override;
  int List(int directory, std::vector<std::string>& names) override;
  int IsNetworkFileSystem(int directory) override;
  int OpenAt(int directory, const std::string& name,
             platform::OpenMode mode) override;
  int RenameAt(int directory, const std::string& from,
               const std::string& to) override;
  int UnlinkAt(int directory, const std::string& name) override;

  int Close(int file) override;
  int Status(int file, platform::FileStatus& status) override;
  std::int64_t Read(int file, std::uint64_t offset,
                    std::span<std::byte> to) override;
  std::int64_t Write(int file, std::uint64_t offset,
                     std::span<const std::byte> from) override;
  int SyncData(int file) override;
  int Sync(int file) override;
  int Allocate(int file, std::uint64_t bytes) override;
  int Truncate(int file, std::uint64_t bytes) override;
  std::byte* Map(int file, std::uint64_t offset, std::uint64_t bytes,
                 bool writable, int& error) override;
  int Unmap(std::byte* address, std::uint64_t bytes) override;
  int TryLock(int file) override;
  int IsLocked(int file) override;
  int IsOpenElsewhere(int file) override;

  std::uint32_t UserId() override;
  std::int64_t ProcessId() override;
  std::string BootId() override;
  int Random(std::span<std::byte> to) override;
  int Touch(std::byte* address, std::uint64_t bytes) override;
  void YieldToOthers() override {}
  std::int64_t MonotonicMicros() override;
  std::int64_t CoarseMicros() override;
  std::int64_t WallMicros() override;

 private:
  struct Machine;
  struct OpenFile {
    NodePtr node;
    bool writable = false;
  };
  struct OpenMap {
    std::byte* address;
    std::uint64_t bytes;
    NodePtr node;  // null: of a process that ended
    std::shared_ptr<FileMemory> memory;
    bool writable;
  };
  struct ActiveFault {
    Fault fault;
    std::uint64_t seen = 0;
  };

  explicit SimulatedSystem(std::shared_ptr<Machine> machine);

  // make(call) is the call itself; `node` is what it is about, if that is open.
  template <typename Make>
  std::int64_t Do(Call call, SimulatedNode* node, const Make& make);
  // make(call, open file).
  template <typename Make>
  std::int64_t DoOn(int file, Call call, const Make& make);
  // make(directory).
  template <typename Make>
  int DoIn(int directory, Call call, const Make& make);

  const Fault* NextFault(const Call& call);
  // What the caller gets; none: the call is to be made.
  std::optional<std::int64_t> Suffer(const Fault& fault, Call& call,
                                     SimulatedNode* node);
  int Open(const NodePtr& node, bool writable);
  int OpenAs(SimulatedNode& directory, const std::string& name,
             platform::OpenMode mode);
  int SyncAs(CallKind kind, int file);
  OpenFile* Find(int file);
  bool Allowed(const SimulatedNode& node, std::uint32_t bits) const;
  // Why no name of `directory` can change; 0: it can.
  int Refusal(const SimulatedNode& directory) const;
  // As SimulatedFile::RoomAt.
  std::uint64_t Room(const SimulatedNode& node, std::uint64_t offset,
                     std::uint64_t size) const;
  bool HasMapped(const NodePtr& node) const;
  void LetGoOfMaps(const NodePtr& node);
  void End();
  void Start();

  std::shared_ptr<Machine> machine_;
  std::vector<OpenFile> files_;  // by descriptor, from first_file_
  int first_file_ = 0;
  std::vector<OpenMap> maps_;
  std::uint64_t bytes_touched_ = 0;
  std::vector<ActiveFault> faults_;
  Filter filter_;
  std::int64_t process_id_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t faults_met_ = 0;
  bool crashed_ = false;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_SIMULATED_SYSTEM_H_
