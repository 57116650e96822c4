using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Pare.Cli.Verbs;
using Pare.Cli.Verbs.Landmarks;
using Pare.Compress;

namespace Pare.Cli;

/// <summary>The <c>pare</c> command line. Exit codes: 0 done, 1 a bug, 2 bad usage or input, 3 a promise not kept, 130 interrupted.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        using var interrupt = new Interrupt();
        return Run(args, Console.Out, Console.Error, interrupt.Token);
    }

    /// <summary>Runs one command with the given streams and returns the exit code.</summary>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancel = default)
    {
        var root = CreateRoot();
        var parse = root.Parse(args);
        if (args.Count == 0)
        {
            Help.WriteOverview(root, output);
            return 0;
        }
        if (parse.Action is null or ParseErrorAction || (parse.Action is not HelpAction && UsageError.Stray(parse) is not null))
            return Fail(2, UsageError.Describe(parse));
        try
        {
            return parse.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }, cancel).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return Fail(130, "interrupted; no result was written");
        }
        catch (BadInputException e)
        {
            return Fail(2, e.Message);
        }
        catch (IOException e)
        {
            // The disk or the terminal, not a mistake of ours: output that is piped to a full disk.
            return Fail(2, e.Message);
        }
        catch (PromiseException e)
        {
            return Fail(3, e.Message);
        }
        catch (Exception e)
        {
            error.WriteLine(e);
            return Fail(1, $"this is a bug in Pare {Machines.Pare}; the lines above say where");
        }

        int Fail(int code, string message)
        {
            error.WriteLine($"pare: {message.ReplaceLineEndings(" ")}");
            return code;
        }
    }

    // The one list of verbs, in the order of the help.
    private static RootCommand CreateRoot()
    {
        var root = new RootCommand("Makes a trained neural network smaller and faster, and says what that cost.")
        {
            CompressVerb.Create(),
            InspectVerb.Create(),
            TrainVerb.Create(),
            DistillVerb.Create(),
            EvalVerb.Create(),
            BenchVerb.Create(),
            CompareVerb.Create(),
            SensitivityVerb.Create(),
            PruneVerb.Create(),
            ShareVerb.Create(),
            QuantizeVerb.Create(),
            FactorizeVerb.Create(),
            PackVerb.Create(),
            UnpackVerb.Create(),
            ImportVerb.Create(),
            LandmarksVerb.Create(),
            ZooVerb.Create(),
            PeakVerb.Create(),
        };
        foreach (var help in root.Options.OfType<HelpOption>()) help.Action = new Help();
        return root;
    }
}
