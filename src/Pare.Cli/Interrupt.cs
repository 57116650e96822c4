using System.Runtime.InteropServices;

namespace Pare.Cli;

/// <summary>
/// Turns Ctrl-C and a request to terminate into a cancelled token, so that work stops where nothing is half written. A second
/// Ctrl-C, or work that does not stop in time, ends the process at once.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interrupt() => _signals = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM)];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        if (_source.IsCancellationRequested) Environment.Exit(130);
        context.Cancel = true;
        _source.Cancel();
        _ = Task.Delay(Patience).ContinueWith(_ => Environment.Exit(130), TaskScheduler.Default);
    });
}
