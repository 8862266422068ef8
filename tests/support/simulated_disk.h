// SPDX-License-Identifier: MIT
//
// A file system in memory that remembers what a power cut may take back:
// content (simulated_file.h), and names, which are durable only when their
// directory was synced. It is a value: a copy is a disk of its own.
//
// A power cut keeps some of the changes of names since that sync and drops the
// others, each for itself; it may change their order, but not that of changes
// of one file's names. A rename happens as a whole or not at all.
// Thread safety: none.

#ifndef SEATFIELD_TESTS_SUPPORT_SIMULATED_DISK_H_
#define SEATFIELD_TESTS_SUPPORT_SIMULATED_DISK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/cut_choices.h"
#include "support/simulated_file.h"

namespace seatfield::test {

struct SimulatedNode;
using NodePtr = std::shared_ptr<SimulatedNode>;

class SimulatedDirectory {
 public:
  struct Entry {
    std::string name;
    NodePtr node;
  };
  using NodeFn = std::function<NodePtr(const NodePtr&)>;

  const std::vector<Entry>& entries() const { return entries_; }
  NodePtr Find(std::string_view name) const;

  void Link(const std::string& name, const NodePtr& node);
  void Unlink(const std::string& name);
  void Rename(const std::string& from, const std::string& to);

  // Makes all names durable.
  void Sync();
  void Cut(CutChoices& choices);
  std::size_t unsynced() const { return changes_.size(); }

  // With fn(node) in the place of each node, durable or not.
  SimulatedDirectory With(const NodeFn& fn) const;
  // Adds the nodes that are not in `nodes`.
  void Collect(std::vector<SimulatedNode*>& nodes) const;

 private:
  // `node` is no longer called `from`, and is called `to`; each may be empty.
  struct Change {
    std::string from;
    std::string to;
    NodePtr node;
  };

  static void Apply(const Change& change, std::vector<Entry>& entries);

  std::vector<Entry> entries_;
  std::vector<Entry> durable_;
  std::vector<Change> changes_;  // since durable_
};

struct SimulatedNode {
  enum class Kind : std::uint8_t { kFile, kDirectory, kSymbolicLink, kFifo };

  Kind kind = Kind::kFile;
  std::uint32_t mode = 0600;
  std::uint32_t owner = 0;
  std::uint64_t id = 0;
  std::string name;  // the last one it got
  SimulatedFile file;
  SimulatedDirectory directory;
  int lock = -1;  // the descriptor that holds it
};

class SimulatedDisk {
 public:
  SimulatedDisk();
  SimulatedDisk(const SimulatedDisk& other);
  SimulatedDisk(SimulatedDisk&&) = default;
  SimulatedDisk& operator=(const SimulatedDisk& other);
  SimulatedDisk& operator=(SimulatedDisk&&) = default;
  ~SimulatedDisk() = default;

  // A path is taken from the root, with or without a slash before it. Null:
  // there is nothing.
  NodePtr Find(std::string_view path) const;
  // The directory in which the last name of `path` stands or would stand, and
  // that name.
  NodePtr FindParent(std::string_view path, std::string& name) const;
  NodePtr Make(SimulatedNode::Kind kind, std::uint32_t mode,
               std::uint32_t owner);

  // The nodes that have a name, or had one when their directory was last
  // durable, or between.
  std::vector<SimulatedNode*> nodes() const;

  void Cut(CutChoices& choices);
  // Sectors, sizes and names that a power cut may take back; after a look at
  // all maps.
  std::size_t unsynced() const;
  std::uint64_t blocks_used() const;

  // --- What a test does behind the system's back, durable at once -----------

  std::vector<std::string> Names(std::string_view directory) const;
  std::vector<std::byte> ReadAll(std::string_view path) const;
  // Makes the file if there is none.
  void WriteAll(std::string_view path, std::span<const std::byte> bytes);
  void FlipBit(std::string_view path, std::uint64_t bit);
  void Remove(std::string_view path);
  // Puts something of another kind at `path`.
  NodePtr Plant(std::string_view path, SimulatedNode::Kind kind);

 private:
  std::uint64_t last_id_ = 0;
  NodePtr root_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_SIMULATED_DISK_H_
