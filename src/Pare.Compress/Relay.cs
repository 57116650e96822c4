namespace Pare.Compress;

/// <summary>Progress on the caller's thread, in order (System.Progress posts to the thread pool, which reorders).</summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
