namespace Pare;

/// <summary>Progress on the caller's thread, in order (<see cref="Progress{T}"/> posts to a thread pool, which reorders).</summary>
public sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
