// SPDX-License-Identifier: MIT

#include "support/simulated_system.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/system.h"
#include "support/cut_choices.h"
#include "support/simulated_disk.h"
#include "support/simulated_file.h"
#include "support/split_mix.h"

namespace seatfield::test {
namespace {

using platform::FileKind;
using platform::FileStatus;
using platform::OpenMode;
using Effect = Fault::Effect;
using Kind = SimulatedNode::Kind;

constexpr std::int64_t kBootMicros = 1'000'000;
constexpr std::int64_t kFirstWallMicros = 1'700'000'000'000'000;

bool IsSync(CallKind kind) {
  return kind == CallKind::kSync || kind == CallKind::kSyncData;
}

bool IsTransfer(CallKind kind) {
  return kind == CallKind::kRead || kind == CallKind::kWrite;
}

bool Matches(const Fault& fault, const Call& call) {
  if (fault.kind && *fault.kind != call.kind) return false;
  if (!call.name.starts_with(fault.name) && !call.to.starts_with(fault.name)) {
    return false;
  }
  switch (fault.effect) {
    case Effect::kShort:
      return IsTransfer(call.kind) && call.size > 1;
    case Effect::kLie:
    case Effect::kForget:
      return IsSync(call.kind);
    case Effect::kError:
    case Effect::kCrash:
      return true;
  }
  return true;
}

// What a call that was not made says.
std::int64_t Pretend(const Call& call) {
  switch (call.kind) {
    case CallKind::kRead:
    case CallKind::kWrite:
      return static_cast<std::int64_t>(call.size);
    case CallKind::kOpenDirectory:
    case CallKind::kOpenAt:
    case CallKind::kMap:
      return -EIO;
    default:
      return 0;
  }
}

// The last name of a path.
std::string_view LastName(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);
}

FileKind KindOf(Kind kind) {
  if (kind == Kind::kFile) return FileKind::kRegular;
  return kind == Kind::kDirectory ? FileKind::kDirectory : FileKind::kOther;
}

}  // namespace

struct SimulatedSystem::Machine {
  explicit Machine(const SimulatedOptions& from)
      : options(from), random(from.seed) {}

  void Boot() {
    ++boots;
    monotonic_micros = kBootMicros;
    for (SimulatedSystem* const process : processes) process->Start();
  }
  void EndAll() {
    for (SimulatedSystem* const process : processes) process->End();
  }
  void Look() {
    for (SimulatedNode* const node : disk.nodes()) node->file.Look();
  }

  std::recursive_mutex mutex;
  SimulatedOptions options;
  SimulatedDisk disk;
  SplitMix random;
  std::vector<SimulatedSystem*> processes;
  std::uint64_t boots = 1;
  std::int64_t monotonic_micros = kBootMicros;
  std::int64_t wall_micros = kFirstWallMicros;
  std::int64_t last_process_id = 100;
  int next_file = 3;
};

SimulatedSystem::SimulatedSystem(const SimulatedOptions& options)
    : SimulatedSystem(std::make_shared<Machine>(options)) {}

SimulatedSystem::SimulatedSystem(std::shared_ptr<Machine> machine)
    : machine_(std::move(machine)) {
  const std::lock_guard lock(machine_->mutex);
  machine_->processes.push_back(this);
  Start();
}

SimulatedSystem::~SimulatedSystem() {
  const std::lock_guard lock(machine_->mutex);
  End();
  std::erase(machine_->processes, this);
}

std::unique_ptr<SimulatedSystem> SimulatedSystem::NewProcess() {
  return std::unique_ptr<SimulatedSystem>(new SimulatedSystem(machine_));
}

// --- The machine ------------------------------------------------------------

SimulatedOptions& SimulatedSystem::options() { return machine_->options; }
SimulatedDisk& SimulatedSystem::disk() { return machine_->disk; }

void SimulatedSystem::PowerCut(CutChoices& choices) {
  const std::lock_guard lock(machine_->mutex);
  machine_->EndAll();
  machine_->disk.Cut(choices);
  machine_->Boot();
}

void SimulatedSystem::PowerCut(std::uint64_t seed, const CutOdds& odds) {
  RandomCut choices(seed, odds);
  PowerCut(choices);
}

std::size_t SimulatedSystem::unsynced() {
  const std::lock_guard lock(machine_->mutex);
  machine_->Look();
  return machine_->disk.unsynced();
}

SimulatedDisk SimulatedSystem::Save() {
  const std::lock_guard lock(machine_->mutex);
  machine_->Look();
  return machine_->disk;
}

void SimulatedSystem::Restore(const SimulatedDisk& disk) {
  const std::lock_guard lock(machine_->mutex);
  machine_->EndAll();
  machine_->disk = disk;
  machine_->Boot();
}

void SimulatedSystem::AdvanceClocks(std::int64_t micros) {
  const std::lock_guard lock(machine_->mutex);
  machine_->monotonic_micros += micros;
  machine_->wall_micros += micros;
}

void SimulatedSystem::SetWallMicros(std::int64_t micros) {
  const std::lock_guard lock(machine_->mutex);
  machine_->wall_micros = micros;
}

std::uint64_t SimulatedSystem::stores_into_holes() {
  const std::lock_guard lock(machine_->mutex);
  machine_->Look();
  std::uint64_t stores = 0;
  for (const SimulatedNode* const node : machine_->disk.nodes()) {
    stores += node->file.holes_stored();
  }
  return stores;
}

// --- This process -----------------------------------------------------------

void SimulatedSystem::Kill() {
  const std::lock_guard lock(machine_->mutex);
  End();
  Start();
}

void SimulatedSystem::Start() {
  process_id_ = ++machine_->last_process_id;
  faults_.clear();
  faults_met_ = 0;
  calls_ = 0;
  crashed_ = false;
}

bool SimulatedSystem::HasMapped(const NodePtr& node) const {
  return std::any_of(maps_.begin(), maps_.end(),
                     [&](const OpenMap& map) { return map.node == node; });
}

// The maps keep their memory, until they are unmapped. The file goes on in
// another, unless another process shares it.
void SimulatedSystem::LetGoOfMaps(const NodePtr& node) {
  const bool shared =
      std::any_of(machine_->processes.begin(), machine_->processes.end(),
                  [&](const SimulatedSystem* process) {
                    return process != this && process->HasMapped(node);
                  });
  if (!shared) node->file.Detach();
  for (OpenMap& map : maps_) {
    if (map.node != node) continue;
    if (shared) node->file.Unmap(map.writable);
    map.node = nullptr;
  }
}

void SimulatedSystem::End() {
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    if (const NodePtr node = maps_[i].node; node != nullptr) LetGoOfMaps(node);
  }
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const OpenFile& file = files_[i];
    const int descriptor = first_file_ + static_cast<int>(i);
    if (file.node != nullptr && file.node->lock == descriptor) {
      file.node->lock = -1;
    }
  }
  files_.clear();
  first_file_ = machine_->next_file;
}

void SimulatedSystem::Inject(Fault fault) {
  const std::lock_guard lock(machine_->mutex);
  faults_.push_back({std::move(fault)});
}

void SimulatedSystem::ClearFaults() {
  const std::lock_guard lock(machine_->mutex);
  faults_.clear();
}

std::uint64_t SimulatedSystem::faults_met() const {
  const std::lock_guard lock(machine_->mutex);
  return faults_met_;
}

bool SimulatedSystem::crashed() const {
  const std::lock_guard lock(machine_->mutex);
  return crashed_;
}

std::uint64_t SimulatedSystem::calls() const {
  const std::lock_guard lock(machine_->mutex);
  return calls_;
}

std::size_t SimulatedSystem::files_open() const {
  const std::lock_guard lock(machine_->mutex);
  const auto open =
      std::count_if(files_.begin(), files_.end(),
                    [](const OpenFile& file) { return file.node != nullptr; });
  return static_cast<std::size_t>(open);
}

std::size_t SimulatedSystem::maps_open() const {
  const std::lock_guard lock(machine_->mutex);
  const auto open =
      std::count_if(maps_.begin(), maps_.end(),
                    [](const OpenMap& map) { return map.node != nullptr; });
  return static_cast<std::size_t>(open);
}

void SimulatedSystem::SetProcessId(std::int64_t id) {
  const std::lock_guard lock(machine_->mutex);
  process_id_ = id;
}

void SimulatedSystem::SetFilter(Filter filter) {
  const std::lock_guard lock(machine_->mutex);
  filter_ = std::move(filter);
}

// --- Calls ------------------------------------------------------------------

const Fault* SimulatedSystem::NextFault(const Call& call) {
  const Fault* next = nullptr;
  for (ActiveFault& active : faults_) {
    if (!Matches(active.fault, call)) continue;
    ++active.seen;
    const bool due = active.fault.for_ever ? active.seen >= active.fault.at
                                           : active.seen == active.fault.at;
    if (due && next == nullptr) next = &active.fault;
  }
  if (next != nullptr) ++faults_met_;
  return next;
}

std::optional<std::int64_t> SimulatedSystem::Suffer(const Fault& fault,
                                                    Call& call,
                                                    SimulatedNode* node) {
  switch (fault.effect) {
    case Effect::kError:
      return -fault.error;
    case Effect::kShort:
      call.size = 1 + machine_->random.Below(call.size - 1);
      return std::nullopt;
    case Effect::kLie:
      return 0;
    case Effect::kForget:
      if (node != nullptr) node->file.ForgetUnsynced();
      return -fault.error;
    case Effect::kCrash:
      End();
      crashed_ = true;
      return -EIO;
  }
  return std::nullopt;
}

template <typename Make>
std::int64_t SimulatedSystem::Do(Call call, SimulatedNode* node,
                                 const Make& make) {
  const std::lock_guard lock(machine_->mutex);
  AdvanceClocks(machine_->options.tick_micros);
  if (crashed_) return -EIO;
  call.number = ++calls_;
  if (const Fault* const fault = NextFault(call); fault != nullptr) {
    if (fault->effect == Effect::kCrash && call.kind == CallKind::kWrite) {
      call.size = machine_->random.Below(call.size + 1);
      (void)make(call);
    }
    const std::optional<std::int64_t> answer = Suffer(*fault, call, node);
    if (answer) return *answer;
  }
  if (filter_ && !filter_(call)) return call.answer.value_or(Pretend(call));
  const std::int64_t result = make(call);
  return call.answer.value_or(result);
}

template <typename Make>
std::int64_t SimulatedSystem::DoOn(int file, Call call, const Make& make) {
  const std::lock_guard lock(machine_->mutex);
  OpenFile* const open = Find(file);
  if (open == nullptr) {
    return Do(call, nullptr, [](const Call&) { return -EBADF; });
  }
  // The call may close the file.
  const NodePtr node = open->node;
  call.name = node->name;
  return Do(call, node.get(), [&](const Call& made) -> std::int64_t {
    OpenFile* const still = Find(file);
    return still == nullptr ? -EBADF : make(made, *still);
  });
}

template <typename Make>
int SimulatedSystem::DoIn(int directory, Call call, const Make& make) {
  const std::lock_guard lock(machine_->mutex);
  OpenFile* const open = Find(directory);
  const NodePtr node = open == nullptr ? nullptr : open->node;
  if (call.name.empty() && node != nullptr) call.name = node->name;
  return static_cast<int>(Do(call, nullptr, [&](const Call&) -> int {
    if (node == nullptr) return -EBADF;
    return node->kind == Kind::kDirectory ? make(*node) : -ENOTDIR;
  }));
}

SimulatedSystem::OpenFile* SimulatedSystem::Find(int file) {
  const std::int64_t at = std::int64_t{file} - first_file_;
  if (at < 0 || at >= static_cast<std::int64_t>(files_.size())) return nullptr;
  OpenFile& found = files_[static_cast<std::size_t>(at)];
  return found.node == nullptr ? nullptr : &found;
}

int SimulatedSystem::Open(const NodePtr& node, bool writable) {
  const int file = machine_->next_file++;
  files_.resize(static_cast<std::size_t>(file - first_file_) + 1);
  files_.back() = {node, writable};
  return file;
}

bool SimulatedSystem::Allowed(const SimulatedNode& node,
                              std::uint32_t bits) const {
  const std::uint32_t user = machine_->options.user;
  const std::uint32_t mode = node.owner == user ? node.mode >> 6 : node.mode;
  return user == 0 || (mode & bits) == bits;
}

int SimulatedSystem::Refusal(const SimulatedNode& directory) const {
  if (machine_->options.read_only) return -EROFS;
  // Anyone may make a directory in the root.
  return directory.name.empty() || Allowed(directory, 2) ? 0 : -EACCES;
}

std::uint64_t SimulatedSystem::Room(const SimulatedNode& node,
                                    std::uint64_t offset,
                                    std::uint64_t size) const {
  if (machine_->options.disk_bytes == UINT64_MAX) return size;
  const std::uint64_t blocks = machine_->options.disk_bytes / kBlockBytes;
  const std::uint64_t used = machine_->disk.blocks_used();
  return node.file.RoomAt(offset, size, blocks - std::min(blocks, used));
}

// --- Directories ------------------------------------------------------------

int SimulatedSystem::MakeDirectory(const std::string& path) {
  const Call call = {CallKind::kMakeDirectory, LastName(path)};
  return static_cast<int>(Do(call, nullptr, [&](const Call&) -> int {
    std::string name;
    const NodePtr parent = machine_->disk.FindParent(path, name);
    if (parent == nullptr || name.empty())
      return name.empty() ? -EEXIST : -ENOENT;
    if (parent->kind != Kind::kDirectory) return -ENOTDIR;
    if (parent->directory.Find(name) != nullptr) return -EEXIST;
    if (const int refusal = Refusal(*parent); refusal != 0) return refusal;
    parent->directory.Link(name, machine_->disk.Make(Kind::kDirectory, 0700,
                                                     machine_->options.user));
    return 0;
  }));
}

int SimulatedSystem::OpenDirectory(const std::string& path) {
  const Call call = {CallKind::kOpenDirectory, LastName(path)};
  return static_cast<int>(Do(call, nullptr, [&](const Call&) -> int {
    const NodePtr node = path.empty() ? nullptr : machine_->disk.Find(path);
    if (node == nullptr) return -ENOENT;
    if (node->kind != Kind::kDirectory) return -ENOTDIR;
    return Allowed(*node, 4) ? Open(node, false) : -EACCES;
  }));
}

int SimulatedSystem::List(int directory, std::vector<std::string>& names) {
  return DoIn(directory, {CallKind::kList}, [&](const SimulatedNode& node) {
    for (const auto& entry : node.directory.entries()) {
      names.push_back(entry.name);
    }
    return 0;
  });
}

int SimulatedSystem::IsNetworkFileSystem(int directory) {
  return DoIn(
      directory, {CallKind::kIsNetworkFileSystem},
      [&](const SimulatedNode&) { return machine_->options.network ? 1 : 0; });
}

int SimulatedSystem::OpenAs(SimulatedNode& directory, const std::string& name,
                            OpenMode mode) {
  constexpr std::size_t kNameMax = 255;
  const bool writable = mode != OpenMode::kRead;
  if (name.size() > kNameMax) return -ENAMETOOLONG;
  const NodePtr found = directory.directory.Find(name);
  if (mode == OpenMode::kCreate) {
    if (found != nullptr) return -EEXIST;
    if (const int refusal = Refusal(directory); refusal != 0) return refusal;
    const NodePtr made =
        machine_->disk.Make(Kind::kFile, 0600, machine_->options.user);
    directory.directory.Link(name, made);
    return Open(made, writable);
  }
  if (found == nullptr) return -ENOENT;
  if (found->kind == Kind::kSymbolicLink) return -ELOOP;
  if (found->kind == Kind::kDirectory && writable) return -EISDIR;
  if (machine_->options.read_only && writable) return -EROFS;
  return Allowed(*found, writable ? 6 : 4) ? Open(found, writable) : -EACCES;
}

int SimulatedSystem::OpenAt(int directory, const std::string& name,
                            OpenMode mode) {
  return DoIn(directory, {CallKind::kOpenAt, name},
              [&](SimulatedNode& node) { return OpenAs(node, name, mode); });
}

int SimulatedSystem::RenameAt(int directory, const std::string& from,
                              const std::string& to) {
  return DoIn(directory, {CallKind::kRenameAt, from, to},
              [&](SimulatedNode& node) {
                if (const int refusal = Refusal(node); refusal != 0) {
                  return refusal;
                }
                if (node.directory.Find(from) == nullptr) return -ENOENT;
                const NodePtr target = node.directory.Find(to);
                if (target != nullptr && target->kind == Kind::kDirectory) {
                  return -EISDIR;
                }
                node.directory.Rename(from, to);
                return 0;
              });
}

int SimulatedSystem::UnlinkAt(int directory, const std::string& name) {
  return DoIn(directory, {CallKind::kUnlinkAt, name}, [&](SimulatedNode& node) {
    if (const int refusal = Refusal(node); refusal != 0) return refusal;
    const NodePtr found = node.directory.Find(name);
    if (found == nullptr) return -ENOENT;
    if (found->kind == Kind::kDirectory) return -EISDIR;
    node.directory.Unlink(name);
    return 0;
  });
}

// --- Files ------------------------------------------------------------------

int SimulatedSystem::Close(int file) {
  const auto make = [&](const Call&, OpenFile& open) {
    if (open.node->lock == file) open.node->lock = -1;
    open = {};
    return 0;
  };
  return static_cast<int>(DoOn(file, {CallKind::kClose}, make));
}

int SimulatedSystem::Status(int file, FileStatus& status) {
  const auto make = [&](const Call&, const OpenFile& open) {
    status.kind = KindOf(open.node->kind);
    status.size = open.node->file.size();
    status.mode = open.node->mode;
    status.owner = open.node->owner;
    status.identity = open.node->id;
    return 0;
  };
  return static_cast<int>(DoOn(file, {CallKind::kStatus}, make));
}

std::int64_t SimulatedSystem::Read(int file, std::uint64_t offset,
                                   std::span<std::byte> to) {
  Call call = {CallKind::kRead};
  call.offset = offset;
  call.size = to.size();
  return DoOn(file, call, [&](const Call& made, const OpenFile& open) {
    if (open.node->kind != Kind::kFile) return -std::int64_t{EISDIR};
    const std::span<const std::byte> bytes = open.node->file.bytes();
    if (offset >= bytes.size()) return std::int64_t{0};
    const std::size_t size =
        std::min(static_cast<std::size_t>(made.size), bytes.size() - offset);
    if (size > 0) std::memcpy(to.data(), bytes.data() + offset, size);
    return static_cast<std::int64_t>(size);
  });
}

std::int64_t SimulatedSystem::Write(int file, std::uint64_t offset,
                                    std::span<const std::byte> from) {
  Call call = {CallKind::kWrite};
  call.offset = offset;
  call.size = from.size();
  return DoOn(
      file, call, [&](const Call& made, const OpenFile& open) -> std::int64_t {
        if (!open.writable) return -EBADF;
        if (machine_->options.read_only) return -EROFS;
        if (offset > kFileBytesMax - std::min(made.size, kFileBytesMax)) {
          return -EFBIG;
        }
        const std::uint64_t size = Room(*open.node, offset, made.size);
        if (size == 0 && made.size > 0) return -ENOSPC;
        open.node->file.Write(offset,
                              from.first(static_cast<std::size_t>(size)),
                              machine_->options.early_write, machine_->random);
        return static_cast<std::int64_t>(size);
      });
}

int SimulatedSystem::SyncAs(CallKind kind, int file) {
  const std::lock_guard lock(machine_->mutex);
  Call call = {kind};
  const OpenFile* const open = Find(file);
  call.is_directory = open != nullptr && open->node->kind == Kind::kDirectory;
  return static_cast<int>(
      DoOn(file, call, [](const Call&, const OpenFile& synced) {
        synced.node->file.Sync();
        synced.node->directory.Sync();
        return 0;
      }));
}

int SimulatedSystem::SyncData(int file) {
  return SyncAs(CallKind::kSyncData, file);
}

int SimulatedSystem::Sync(int file) { return SyncAs(CallKind::kSync, file); }

int SimulatedSystem::Allocate(int file, std::uint64_t bytes) {
  Call call = {CallKind::kAllocate};
  call.size = bytes;
  const auto make = [&](const Call& made, const OpenFile& open) {
    if (!open.writable) return -EBADF;
    if (machine_->options.read_only) return -EROFS;
    if (made.size > kFileBytesMax) return -EFBIG;
    if (Room(*open.node, 0, made.size) < made.size) return -ENOSPC;
    open.node->file.Allocate(made.size);
    return 0;
  };
  return static_cast<int>(DoOn(file, call, make));
}

int SimulatedSystem::Truncate(int file, std::uint64_t bytes) {
  Call call = {CallKind::kTruncate};
  call.size = bytes;
  const auto make = [&](const Call& made, const OpenFile& open) {
    if (!open.writable) return -EINVAL;
    if (machine_->options.read_only) return -EROFS;
    if (made.size > kFileBytesMax) return -EFBIG;
    open.node->file.Resize(made.size);
    return 0;
  };
  return static_cast<int>(DoOn(file, call, make));
}

std::byte* SimulatedSystem::Map(int file, std::uint64_t offset,
                                std::uint64_t bytes, bool writable,
                                int& error) {
  Call call = {CallKind::kMap};
  call.offset = offset;
  call.size = bytes;
  std::byte* address = nullptr;
  const auto make = [&](const Call&, const OpenFile& open) {
    if (bytes == 0 || offset % kBlockBytes != 0) return -EINVAL;
    if (writable && offset + bytes > kFileBytesMax) return -ENOMEM;
    if (offset > kFileBytesMax) return -ENOMEM;
    if (writable && !open.writable) return -EACCES;
    // Behind the end of a file that is only read, there is nothing to find.
    SimulatedFile& mapped = open.node->file;
    const std::uint64_t end =
        writable ? offset + bytes : std::min(offset + bytes, mapped.size());
    auto memory = mapped.Map(end, writable);
    address = memory->data() + offset;
    maps_.push_back({address, bytes, open.node, std::move(memory), writable});
    return 0;
  };
  error = static_cast<int>(DoOn(file, call, make));
  return error == 0 ? address : nullptr;
}

int SimulatedSystem::Touch(std::byte* address, std::uint64_t bytes) {
  const std::lock_guard lock(machine_->mutex);
  const auto holds = [&](const OpenMap& map) {
    return map.writable && map.address <= address &&
           address + bytes <= map.address + map.bytes;
  };
  if (std::none_of(maps_.begin(), maps_.end(), holds)) return -EINVAL;
  bytes_touched_ += bytes;
  return 0;
}

std::uint64_t SimulatedSystem::bytes_touched() const {
  const std::lock_guard lock(machine_->mutex);
  return bytes_touched_;
}

int SimulatedSystem::Unmap(std::byte* address, std::uint64_t bytes) {
  const std::lock_guard lock(machine_->mutex);
  const auto find = [&](bool ended, bool writable) {
    return std::find_if(maps_.begin(), maps_.end(), [&](const OpenMap& map) {
      return map.address == address && map.bytes == bytes &&
             (map.node == nullptr) == ended && map.writable == writable;
    });
  };
  for (const bool writable : {false, true}) {
    const auto ended = find(true, writable);
    if (ended == maps_.end()) continue;
    maps_.erase(ended);
    return 0;
  }
  auto found = find(false, false);
  if (found == maps_.end()) found = find(false, true);
  if (found == maps_.end()) return -EINVAL;
  const NodePtr node = found->node;
  const Call call = {CallKind::kUnmap, node->name};
  return static_cast<int>(Do(call, node.get(), [&](const Call&) {
    node->file.Unmap(found->writable);
    maps_.erase(found);
    return 0;
  }));
}

int SimulatedSystem::TryLock(int file) {
  const auto make = [&](const Call&, const OpenFile& open) {
    if (!open.writable) return -EBADF;
    int& holder = open.node->lock;
    if (holder >= 0 && holder != file) return -EAGAIN;
    holder = file;
    return 0;
  };
  return static_cast<int>(DoOn(file, {CallKind::kTryLock}, make));
}

int SimulatedSystem::IsLocked(int file) {
  const auto make = [&](const Call&, const OpenFile& open) {
    return open.node->lock >= 0 && open.node->lock != file ? 1 : 0;
  };
  return static_cast<int>(DoOn(file, {CallKind::kTryLock}, make));
}

int SimulatedSystem::IsOpenElsewhere(int file) {
  const auto make = [&](const Call&, const OpenFile& open) {
    const NodePtr node = open.node;
    std::ptrdiff_t opened = 0;
    for (const SimulatedSystem* const process : machine_->processes) {
      opened += std::count_if(
          process->files_.begin(), process->files_.end(),
          [&](const OpenFile& other) { return other.node == node; });
      opened += process->HasMapped(node) ? 1 : 0;
    }
    return opened > 1 ? 1 : 0;
  };
  return static_cast<int>(DoOn(file, {CallKind::kTryLock}, make));
}

// --- Process and machine ----------------------------------------------------

std::uint32_t SimulatedSystem::UserId() { return machine_->options.user; }

std::int64_t SimulatedSystem::ProcessId() {
  const std::lock_guard lock(machine_->mutex);
  return process_id_;
}

std::string SimulatedSystem::BootId() {
  const std::lock_guard lock(machine_->mutex);
  const std::string number = std::to_string(machine_->boots);
  return "00000000-0000-4000-8000-" + std::string(12 - number.size(), '0') +
         number;
}

int SimulatedSystem::Random(std::span<std::byte> to) {
  return static_cast<int>(Do({CallKind::kRandom}, nullptr, [&](const Call&) {
    for (std::byte& byte : to) {
      byte = static_cast<std::byte>(machine_->random.Next() >> 56);
    }
    return 0;
  }));
}

std::int64_t SimulatedSystem::MonotonicMicros() {
  const std::lock_guard lock(machine_->mutex);
  AdvanceClocks(machine_->options.tick_micros);
  return machine_->monotonic_micros;
}

// As late as it may be.
std::int64_t SimulatedSystem::CoarseMicros() {
  const std::lock_guard lock(machine_->mutex);
  return machine_->monotonic_micros - kCoarseMicros;
}

std::int64_t SimulatedSystem::WallMicros() {
  const std::lock_guard lock(machine_->mutex);
  AdvanceClocks(machine_->options.tick_micros);
  return machine_->wall_micros;
}

}  // namespace seatfield::test
