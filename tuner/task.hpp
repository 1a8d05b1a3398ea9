// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace ridge::tuner {

/// A coroutine that starts when it is awaited (or its handle resumed) and goes on with its awaiter when it
/// ends. It lets a search be written as a loop that waits for measurements, though the measuring is done
/// elsewhere. Keep the local variables of such a coroutine trivial and what it computes in functions: GCC 12
/// (-O2) was seen to spoil a std::vector in a coroutine's frame.
class [[nodiscard]] Task {
  public:
    struct promise_type {
        std::coroutine_handle<> awaiter = std::noop_coroutine();
        std::exception_ptr error;

        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { error = std::current_exception(); }
        auto final_suspend() noexcept {
            struct GoOn {
                bool await_ready() noexcept { return false; }
                std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                    return ended.promise().awaiter;
                }
                void await_resume() noexcept {}
            };
            return GoOn{};
        }
    };
    using Handle = std::coroutine_handle<promise_type>;

    Task() = default;
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    [[nodiscard]] Handle handle() const { return handle_; }
    /// Throws what an ended coroutine threw.
    void check() const {
        if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
        handle_.promise().awaiter = awaiter;
        return handle_;
    }
    void await_resume() const { check(); }

  private:
    explicit Task(Handle handle) : handle_(handle) {}
    Handle handle_;
};

}  // namespace ridge::tuner
